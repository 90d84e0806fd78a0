"""From rows to the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from talkoot.chat.administration.schemas import JobOut, JobProgress, JobState
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.redaction import escaped, redacted

if TYPE_CHECKING:
    from talkoot.kernel.jobs import Job


def job_out(job: Job) -> JobOut:
    """What may be seen of a job."""
    progress = None
    if job.progress_done is not None:
        progress = JobProgress(done=job.progress_done, total=job.progress_total, note=job.progress_note)
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=cast("JobState", job.state),
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        created_at=rfc3339(job.created_at),
        due_at=rfc3339(job.due_at),
        error=escaped(redacted(job.last_error)) if job.last_error else None,
        progress=progress,
    )
