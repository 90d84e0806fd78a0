"""The table of drafts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class Draft(Model):
    """What somebody has begun to write in a room, or in a thread of it; `place_id` is which of both.

    `version` is the moment of the last change, in microseconds since the epoch, and rises with each.
    `carrier` is what its files name as what carries them; None where it never had any.
    """

    __tablename__ = "drafts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    text: Mapped[str]
    version: Mapped[int]
    carrier: Mapped[UUID | None]
