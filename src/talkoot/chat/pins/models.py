"""The table of pins."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class Pin(Model):
    """A message that somebody pinned in its room; `seq` is where the log tells of it."""

    __tablename__ = "pins"
    __table_args__ = (Index("ix_pins_room", "room_id", "seq"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    seq: Mapped[int]
    ts: Mapped[int]
