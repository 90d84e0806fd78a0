"""What who looks after the installation does to its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.administration.access import installation_to_administer
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx


async def retry_job(tx: Tx, actor: Actor, job: UUID) -> None:
    """Give a job that was given up all its attempts again."""
    await installation_to_administer(tx, actor)
    await jobs.retry(tx, job)
    await record(tx, actor, Act("job.retried", None, job))


async def drop_job(tx: Tx, actor: Actor, job: UUID) -> None:
    """Forget a job that was given up."""
    await installation_to_administer(tx, actor)
    await jobs.drop(tx, job)
    await record(tx, actor, Act("job.dropped", None, job))
