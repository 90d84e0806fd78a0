"""Jobs and limits over HTTP, for who looks after the installation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.administration import actions
from talkoot.chat.administration.access import installation_to_administer
from talkoot.chat.administration.schemas import JobOut, JobState, LimitIn, LimitOut
from talkoot.chat.administration.views import job_out, limit_out, numbers_in
from talkoot.kernel import job_list
from talkoot.kernel.chosen_limits import chosen_limits
from talkoot.kernel.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["administration"])

State = Annotated[JobState | None, Query(description="Only those in this state; `dead` were given up.")]
LimitName = Annotated[str, Path(max_length=64, description="Its name, as in the list.")]
After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.get("/jobs")
async def list_jobs(
    kernel: KernelDep,
    actor: CurrentActor,
    state: State = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[JobOut]:
    """Jobs, the newest first. Those that were done are kept for a day, those given up for a month."""
    async with kernel.uow.read() as read:
        await installation_to_administer(read, actor)
        found = await job_list.newest(read, state=state, after=after, limit=limit + 1)
    return page_of([job_out(job) for job in found], limit, key=lambda job: job.id)


@router.get("/jobs/{job}")
async def get_job(kernel: KernelDep, actor: CurrentActor, job: UUID) -> JobOut:
    """One job, and how far it is."""
    async with kernel.uow.read() as read:
        await installation_to_administer(read, actor)
        return job_out(await job_list.find(read, job))


@router.post("/jobs/{job}/retry")
async def retry_job(kernel: KernelDep, actor: CurrentActor, job: UUID) -> JobOut:
    """Give a job that was given up all its attempts again, at once; 404 for any other."""

    async def action(tx: Tx) -> JobOut:
        await actions.retry_job(tx, actor, job)
        return job_out(await job_list.find(tx, job))

    return await kernel.uow.run(action)


@router.delete("/jobs/{job}", status_code=204)
async def drop_job(kernel: KernelDep, actor: CurrentActor, job: UUID) -> None:
    """Forget a job that was given up; 404 for any other."""
    await kernel.uow.run(lambda tx: actions.drop_job(tx, actor, job))


@router.get("/limits")
async def list_limits(kernel: KernelDep, actor: CurrentActor) -> Page[LimitOut]:
    """All limits: what is counted, how much of it may be, and between which bounds that can be changed."""
    async with kernel.uow.read() as read:
        await installation_to_administer(read, actor)
        chosen = await chosen_limits(read)
    book = kernel.limits.book
    return Page(items=[limit_out(limit, chosen.get(name), book) for name, limit in book.limits.items()])


@router.put("/limits/{limit}")
async def set_limit(kernel: KernelDep, actor: CurrentActor, limit: LimitName, new: LimitIn) -> LimitOut:
    """Let a limit have other numbers, on all servers within two seconds; it begins to count anew."""
    book, numbers = kernel.limits.book, numbers_in(new)

    async def action(tx: Tx) -> None:
        await installation_to_administer(tx, actor)
        await actions.set_limit(tx, actor, book, limit, numbers)

    await kernel.uow.run(action)
    return limit_out(book.limits[limit], numbers, book)


@router.delete("/limits/{limit}", status_code=204)
async def reset_limit(kernel: KernelDep, actor: CurrentActor, limit: LimitName) -> None:
    """Let a limit have the program's own numbers again."""

    async def action(tx: Tx) -> None:
        await installation_to_administer(tx, actor)
        await actions.reset_limit(tx, actor, kernel.limits.book, limit)

    await kernel.uow.run(action)


@router.delete("/users/{user}/second-factor", status_code=204)
async def reset_second_factor(kernel: KernelDep, actor: CurrentActor, user: UUID) -> None:
    """For who has lost phone, passkeys and recovery codes: the password opens the account again."""
    await kernel.uow.run(lambda tx: actions.reset_second_factor(tx, actor, user), key=user)
