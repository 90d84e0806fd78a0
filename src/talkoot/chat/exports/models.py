"""The table of exports of workspaces; the files themselves stand where files stand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class WorkspaceExport(Model):
    """What somebody may read of a workspace, in a file that only they can fetch.

    It is whole once `ready_at` is set; then `content` is its name in the storage and `rooms` names the rooms
    that are in it, one a line. The link holds in one session, and only its hash is kept.
    """

    __tablename__ = "workspace_exports"
    __table_args__ = (UniqueConstraint("workspace_id", "requested_by"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    job_id: Mapped[UUID]
    content: Mapped[str | None]
    rooms: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[int]
    ready_at: Mapped[int | None]
    expires_at: Mapped[int | None]
    link_hash: Mapped[bytes | None]
    link_session: Mapped[UUID | None]
    link_until: Mapped[int | None]
