"""The table of reactions; how they are shown stands with their message."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class Reaction(Model):
    """Somebody's emoji under a message; `seq` is where the log of the room tells of it."""

    __tablename__ = "reactions"
    __table_args__ = (
        Index("ix_reactions_order", "message_id", "emoji", "seq"),
        Index("ix_reactions_user", "user_id", "message_id"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seq: Mapped[int]
