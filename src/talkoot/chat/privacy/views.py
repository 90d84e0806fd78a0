"""From the tables to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from talkoot.chat.accounts.views import public_user
from talkoot.chat.privacy.schemas import ExportOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.jobs import READY, RUNNING

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.privacy.models import Export
    from talkoot.kernel.jobs import Job


def export_out(export: Export, user: User, job: Job | None) -> ExportOut:
    """An export, as shown to who asked for it."""
    return ExportOut(
        id=export.id,
        user=public_user(user),
        state=_state(export, job),
        percent=_percent(export, job),
        size=export.size,
        created_at=rfc3339(export.created_at),
        expires_at=rfc3339_or_none(export.expires_at),
    )


def _state(export: Export, job: Job | None) -> Literal["waiting", "writing", "ready", "failed"]:
    if export.ready_at is not None:
        return "ready"
    if job is None or job.state not in {READY, RUNNING}:
        return "failed"
    return "writing" if job.state == RUNNING else "waiting"


def _percent(export: Export, job: Job | None) -> int:
    if export.ready_at is not None:
        return 100
    return (job.progress_done or 0) if job is not None else 0
