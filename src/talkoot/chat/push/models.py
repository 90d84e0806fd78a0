"""The tables of web push: the key that signs for this installation, and the browsers that are told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.sealing import Sealed
from talkoot.kernel.types import Model


class PushKey(Model):
    """The one key (`id` is 1) by which push services know this installation; made when first asked for."""

    __tablename__ = "push_keys"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[int]


class PushSubscription(Model):
    """A browser that is told of what its owner should see, for as long as they are signed in there.

    `told_to` is where and for whose eyes: the address of the push service and the browser's keys, in JSON.
    Without `text` it is not told what was said, or by whom.
    """

    __tablename__ = "push_subscriptions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    endpoint_hash: Mapped[bytes] = mapped_column(unique=True)
    told_to: Mapped[bytes] = mapped_column(Sealed)
    text: Mapped[bool]
    created_at: Mapped[int]
