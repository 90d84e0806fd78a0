"""The table of read positions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class ReadPosition(Model):
    """How far someone has read a room; it only moves forward. `count` is the log's count at that position.

    What they want to read again counts as unread from `marked_seq` on, which is not behind the position;
    `marked_count` is the log's count before it.
    """

    __tablename__ = "read_positions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int]
    count: Mapped[int]
    marked_seq: Mapped[int | None]
    marked_count: Mapped[int | None]


class ReadChoice(Model):
    """Whether somebody shares what they have read; who said nothing does."""

    __tablename__ = "read_choices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    share: Mapped[bool] = mapped_column("told")
