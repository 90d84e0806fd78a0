"""The tables of moderation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model

_RUNNING = text("state = 'running'")


class Purge(Model):
    """All messages of one person in a room, or in those of a category or workspace, are being deleted.

    `since` (microseconds) spares those before it. `room_id` and `before` are where it stands: rooms come in
    the order of their ids, each from its end. `state` is `running`, `done` or `stopped`.
    """

    __tablename__ = "purges"
    __table_args__ = (
        Index(
            "uq_purges_running",
            "resource_id",
            "user_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_purges_resource", "resource_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    since: Mapped[int]
    reason: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    state: Mapped[str]
    ended_at: Mapped[int | None]
    deleted: Mapped[int]
    rooms_done: Mapped[int]
    rooms_total: Mapped[int]
    room_id: Mapped[UUID | None]
    before: Mapped[int | None]
