"""The table of addresses: links that were mailed, or are about to be."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class MailedLink(Model):
    """Does one thing for whoever opens it, once. Its token is made when the letter is, and kept as a hash.

    `address` is where it is mailed to, and what it is about; none for a link that the operator hands over.
    One that undoes a change was `created_at` the moment when that was asked for.
    """

    __tablename__ = "mailed_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    address: Mapped[str | None]
    created_at: Mapped[int]
    expires_at: Mapped[int]
