"""Reading exports of workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.exports.models import WorkspaceExport
from talkoot.chat.exports.schemas import WorkspaceExportOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.jobs import READY, RUNNING, Job

if TYPE_CHECKING:
    from talkoot.chat.exports.models import WrittenFile
    from talkoot.chat.exports.schemas import State
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
        state=state_of(export, job),
        lines=done_of(job),
        size=export.size,
        created_at=rfc3339(export.created_at),
        expires_at=rfc3339_or_none(export.expires_at),
    )


def done_of(job: Job | None) -> int:
    """How much of a file is written, in what its job counts."""
    return (job.progress_done or 0) if job is not None else 0


def state_of(file: WrittenFile, job: Job | None) -> State:
    """How far a file is that this job writes, or wrote, if it is still known."""
    if file.ready_at is not None:
        return "ready"
    if job is None or job.state not in {READY, RUNNING}:
        return "failed"
    return "writing" if job.state == RUNNING else "waiting"
