"""The table of saved messages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class SavedMessage(Model):
    """A message that somebody keeps for later; ids rise with the time at which it was saved."""

    __tablename__ = "saved_messages"
    __table_args__ = (
        Index("ix_saved_messages_user_id", "user_id", "id"),
        Index("uq_saved_messages_message_id", "message_id", "user_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    saved_at: Mapped[int]
