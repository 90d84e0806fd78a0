"""The tables of commands, and of what people ask bots with them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class Command(Model):
    """What a bot does when somebody writes `/name` and, as `usage` hints, something after it."""

    __tablename__ = "commands"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    bot_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    description: Mapped[str]
    usage: Mapped[str]
    created_at: Mapped[int]


class Invocation(Model):
    """That somebody ran a command, with these words, in a room or a thread of it.

    The bot answers until `expires_at`; once it has, `done_at` says when, and `answer` what it told them
    alone.
    """

    __tablename__ = "invocations"
    __table_args__ = (
        UniqueConstraint("user_id", "cid"),
        Index("ix_invocations_bot_id", "bot_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    bot_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    cid: Mapped[UUID]
    command: Mapped[str]
    args: Mapped[str]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    done_at: Mapped[int | None]
    answer: Mapped[str | None]
