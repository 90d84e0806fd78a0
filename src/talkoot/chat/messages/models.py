"""The table of messages: their present state; how it came about stands in the room's log."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class Message(Model):
    """A message; its id is that of the event that created it. A deleted one stays as an empty tombstone."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_timeline",
            "room_id",
            "seq",
            sqlite_where=text("thread_id IS NULL"),
            postgresql_where=text("thread_id IS NULL"),
        ),
        Index(
            "ix_messages_thread",
            "thread_id",
            "seq",
            sqlite_where=text("thread_id IS NOT NULL"),
            postgresql_where=text("thread_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    seq: Mapped[int]
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    text: Mapped[str]
    ts: Mapped[int]
    edited_at: Mapped[int | None]
    deleted_at: Mapped[int | None]
    reply_count: Mapped[int] = mapped_column(default=0)
    last_reply_at: Mapped[int | None]
