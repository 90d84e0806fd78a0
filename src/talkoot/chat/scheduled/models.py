"""The table of scheduled messages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class ScheduledMessage(Model):
    """A message that is to be sent at `due_at`, with this `cid` so that it is sent once.

    `attachments` are the ids of its files, which name it as what carries them, and `poll` is what it asks,
    both as JSON. `state` is `waiting`, or `refused` when it could not be sent; `code` and `reason` say why.
    """

    __tablename__ = "scheduled_messages"
    __table_args__ = (Index("ix_scheduled_messages_user_id", "user_id", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    cid: Mapped[UUID]
    text: Mapped[str]
    due_at: Mapped[int]
    state: Mapped[str]
    code: Mapped[str | None]
    reason: Mapped[str | None]
    attachments: Mapped[str | None]
    quote_id: Mapped[UUID | None]
    poll: Mapped[str | None]
