"""Reading exports of workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.exports.models import WorkspaceExport
from talkoot.chat.exports.schemas import WorkspaceExportOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.jobs import READY, RUNNING, Job

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def exports_of(read: Read, workspace: UUID, user: UUID) -> list[WorkspaceExportOut]:
    """The file that somebody asked for, if there is one, and how far it is."""
    rows = await read.session.execute(
        select(WorkspaceExport, Job)
        .outerjoin(Job, Job.id == WorkspaceExport.job_id)
        .where(WorkspaceExport.workspace_id == workspace, WorkspaceExport.requested_by == user)
    )
    return [_shown(export, job) for export, job in rows]


def _shown(export: WorkspaceExport, job: Job | None) -> WorkspaceExportOut:
    return WorkspaceExportOut(
        id=export.id,
        workspace=export.workspace_id,
        state=_state(export, job),
        lines=(job.progress_done or 0) if job is not None else 0,
        size=export.size,
        created_at=rfc3339(export.created_at),
        expires_at=rfc3339_or_none(export.expires_at),
    )


def _state(export: WorkspaceExport, job: Job | None) -> Literal["waiting", "writing", "ready", "failed"]:
    if export.ready_at is not None:
        return "ready"
    if job is None or job.state not in {READY, RUNNING}:
        return "failed"
    return "writing" if job.state == RUNNING else "waiting"
