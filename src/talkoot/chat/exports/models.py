"""What exports have in common, and the table of those of workspaces; the files stand where files stand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class WrittenFile(Model):
    """A file that a job writes for somebody, and that only they can fetch.

    It is whole once `ready_at` is set. The link holds in one session, and only its hash is kept.
    """

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    job_id: Mapped[UUID]
    size: Mapped[int]
    created_at: Mapped[int]
    ready_at: Mapped[int | None]
    expires_at: Mapped[int | None]
    link_hash: Mapped[bytes | None]
    link_session: Mapped[UUID | None]
    link_until: Mapped[int | None]


class WorkspaceExport(WrittenFile):
    """What somebody may read of a workspace.

    Once it is whole, `content` is its name in the storage and `rooms` names the rooms that are in it, one a
    line.
    """

    __tablename__ = "workspace_exports"
    __table_args__ = (UniqueConstraint("workspace_id", "requested_by"),)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    content: Mapped[str | None]
    rooms: Mapped[str]
