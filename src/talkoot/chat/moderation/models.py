"""The tables of moderation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model, partial_index

_RUNNING = text("state = 'running'")


class Purge(Model):
    """All messages of one person in a room, or in those of a category or workspace, are being deleted.

    `since` (microseconds) spares those before it. `room_id` and `before` are where it stands: rooms come in
    the order of their ids, each from its end. `state` is `running`, `done` or `stopped`.
    """

    __tablename__ = "purges"
    __table_args__ = (
        partial_index("uq_purges_running", "resource_id", "user_id", unique=True, where=_RUNNING),
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


_OPEN_MESSAGE = text("state = 'open' AND message_id IS NOT NULL")
_OPEN_PERSON = text("state = 'open' AND message_id IS NULL")


class Case(Model):
    """What was reported of one message, or of a person (`message_id` is null), and what came of it.

    `text` is what the message said when it was first reported; it is kept while `state` is `open`, and gone
    when it is `closed`. `outside` cases are for the moderators of the workspace: nobody else moderates there.
    """

    __tablename__ = "report_cases"
    __table_args__ = (
        partial_index("uq_report_cases_message", "message_id", unique=True, where=_OPEN_MESSAGE),
        partial_index("uq_report_cases_person", "workspace_id", "user_id", unique=True, where=_OPEN_PERSON),
        Index("ix_report_cases_workspace", "workspace_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str | None]
    outside: Mapped[bool]
    state: Mapped[str]
    count: Mapped[int]
    opened_at: Mapped[int]
    closed_at: Mapped[int | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str | None]
    note: Mapped[str | None]


class Report(Model):
    """What one person reported; `seen` is what the message said by then, if it was another text."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("case_id", "reporter_id"),
        UniqueConstraint("message_id", "reporter_id"),
        Index("ix_reports_reporter", "reporter_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("report_cases.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    text: Mapped[str]
    seen: Mapped[str | None]
    created_at: Mapped[int]


class Appeal(Model):
    """Somebody asks for another look at a mute or ban, or at a message of theirs that was rejected: once.

    `resource_id` is the node whose moderators decide; `state` is `open`, `accepted` or `denied`.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        UniqueConstraint("sanction_id"),
        UniqueConstraint("held_id"),
        Index("ix_appeals_workspace", "workspace_id", "state", "id"),
        Index("ix_appeals_user", "user_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sanction_id: Mapped[UUID | None] = mapped_column(ForeignKey("sanctions.id"))
    held_id: Mapped[UUID | None] = mapped_column(ForeignKey("held_messages.id"))
    text: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[int]
    decided_at: Mapped[int | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]
