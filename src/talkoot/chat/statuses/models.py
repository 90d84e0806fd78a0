"""The table of statuses."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class Status(Model):
    """What somebody says of themselves, until a moment if they named one; after it the row says nothing."""

    __tablename__ = "statuses"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    emoji: Mapped[str | None]
    text: Mapped[str | None]
    until: Mapped[int | None]
