"""The table of threads that people follow."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class ThreadFollow(Model):
    """Whether someone follows a thread, and how far they have read it; the position only moves forward.

    What they want to read again counts as unread from `marked_seq` on, which is not behind the position.
    `level` is what they want to be notified of: `all`, `mentions` or `nothing`; None leaves it to the rest.
    The row of who does not follow any more stays: only their own reply brings them back.
    """

    __tablename__ = "thread_follows"
    __table_args__ = (Index("ix_thread_follows_thread", "thread_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    followed: Mapped[bool]
    level: Mapped[str | None]
    seq: Mapped[int]
    marked_seq: Mapped[int | None]
