"""What `talkoot jobs` does: apart from its words, so that showing help need not load the database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.cli.databases import unit_of_work
from talkoot.kernel import job_list, jobs
from talkoot.kernel.audit import OPERATOR, Act, record
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.redaction import escaped, redacted

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings


SHOWN = 1000


async def lines(settings: Settings, state: str | None) -> list[str]:
    """A line for each job in this state, or for each of them all, with tabs; the newest first."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        return [_line(job) for job in await job_list.newest(read, state=state, limit=SHOWN)]


async def retry(settings: Settings, job: UUID) -> None:
    """Let a dead letter be tried again; NotFound when there is none with this id."""

    async def action(tx: Tx) -> None:
        await jobs.retry(tx, job)
        await record(tx, OPERATOR, Act("job.retried", None, job))

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def drop(settings: Settings, job: UUID) -> None:
    """Forget a dead letter; NotFound when there is none with this id."""

    async def action(tx: Tx) -> None:
        await jobs.drop(tx, job)
        await record(tx, OPERATOR, Act("job.dropped", None, job))

    async with unit_of_work(settings) as uow:
        await uow.run(action)


def _line(job: jobs.Job) -> str:
    told = _progress(job) if job.state == jobs.RUNNING else escaped(redacted(job.last_error or ""))
    return "\t".join([str(job.id), job.kind, job.state, str(job.attempts), rfc3339(job.due_at), told])


def _progress(job: jobs.Job) -> str:
    if job.progress_done is None:
        return ""
    total = "" if job.progress_total is None else f"/{job.progress_total}"
    return f"{job.progress_done}{total} {escaped(redacted(job.progress_note or ''))}".strip()
