"""What `talkoot jobs` does: apart from its words, so that showing help need not load the database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.cli.databases import unit_of_work
from talkoot.kernel import jobs
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.redaction import escaped, redacted

if TYPE_CHECKING:
    from talkoot.settings import Settings


async def lines(settings: Settings) -> list[str]:
    """A line for each dead letter, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        return [_line(job) for job in await jobs.dead_letters(read)]


async def retry(settings: Settings, job: UUID) -> None:
    """Let a dead letter be tried again; NotFound when there is none with this id."""
    async with unit_of_work(settings) as uow:
        await uow.run(lambda tx: jobs.retry(tx, job))


async def drop(settings: Settings, job: UUID) -> None:
    """Forget a dead letter; NotFound when there is none with this id."""
    async with unit_of_work(settings) as uow:
        await uow.run(lambda tx: jobs.drop(tx, job))


def _line(job: jobs.Job) -> str:
    error = escaped(redacted(job.last_error or ""))
    return "\t".join([str(job.id), job.kind, str(job.attempts), rfc3339(job.due_at), error])
