"""From rows and limits to the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from talkoot.chat.administration.schemas import JobOut, JobProgress, JobState, LimitIn, LimitOut
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.limit_book import Numbers
from talkoot.kernel.redaction import escaped, redacted

if TYPE_CHECKING:
    from talkoot.kernel.jobs import Job
    from talkoot.kernel.limit_book import Limit, LimitBook


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


def limit_out(limit: Limit, chosen: Numbers | None, book: LimitBook) -> LimitOut:
    """A limit with the numbers that somebody chose, or its own."""
    return LimitOut(
        **_numbers_out(chosen or limit.default).model_dump(),
        name=limit.rule.name,
        each=limit.each,
        counts=limit.counts,
        kind=limit.rule.kind,
        default=_numbers_out(limit.default),
        least=_numbers_out(limit.lowest),
        most=_numbers_out(limit.highest),
        enforced=book.enforced,
    )


def numbers_in(new: LimitIn) -> Numbers:
    """What is asked for."""
    return Numbers(new.limit, new.period_seconds, new.burst)


def _numbers_out(numbers: Numbers) -> LimitIn:
    return LimitIn(limit=numbers.limit, period_seconds=numbers.period_seconds, burst=numbers.burst)
