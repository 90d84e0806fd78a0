"""Scheduled messages over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.scheduled import actions
from talkoot.chat.scheduled.actions import Change, Schedule
from talkoot.chat.scheduled.queries import scheduled_by, scheduled_out
from talkoot.chat.scheduled.schemas import NewScheduled, ScheduledOut, ScheduledPatch
from talkoot.kernel.clock import from_datetime
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, Invalid, tags=["scheduled"])


@router.get("/scheduled")
async def list_scheduled(kernel: KernelDep, actor: CurrentActor) -> Page[ScheduledOut]:
    """What one has written to be sent later, the next one first; and what could not be sent."""
    async with kernel.uow.read() as read:
        return Page(items=await scheduled_by(read, actor.user))


@router.post("/rooms/{room}/scheduled", status_code=201, responses=problems(NotFound, Forbidden, Conflict))
async def schedule_message(
    kernel: KernelDep, actor: CurrentActor, room: UUID, new: NewScheduled
) -> ScheduledOut:
    """Have a message sent later, in one's own name; whether one may send it is asked again then."""
    wish = Schedule(
        room,
        new.text,
        from_datetime(new.at),
        new.thread,
        tuple(new.attachments),
        new.quote,
        new.poll.asked() if new.poll is not None else None,
    )

    async def action(tx: Tx) -> ScheduledOut:
        return (await scheduled_out(tx, [await actions.schedule(tx, actor, wish)]))[0]

    return await kernel.uow.run(action)


@router.patch("/scheduled/{scheduled}", responses=problems(NotFound, Forbidden))
async def reschedule_message(
    kernel: KernelDep, actor: CurrentActor, scheduled: UUID, patch: ScheduledPatch
) -> ScheduledOut:
    """Another text or time, or other files, for what is not sent yet, also for what could not be sent."""
    at = from_datetime(patch.at) if patch.at is not None else None
    files = tuple(patch.attachments) if patch.attachments is not None else None
    change = Change(patch.text, at, files)

    async def action(tx: Tx) -> ScheduledOut:
        return (await scheduled_out(tx, [await actions.reschedule(tx, actor, scheduled, change)]))[0]

    return await kernel.uow.run(action)


@router.delete("/scheduled/{scheduled}", status_code=204, responses=problems(NotFound))
async def unschedule_message(kernel: KernelDep, actor: CurrentActor, scheduled: UUID) -> None:
    """Do not send it after all."""
    await kernel.uow.run(lambda tx: actions.unschedule(tx, actor, scheduled))
