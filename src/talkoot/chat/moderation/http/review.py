"""The rules of rooms, and the queue of what they hold, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from talkoot.chat.access.doors import allows, resource_for
from talkoot.chat.access.grants import grants_inside
from talkoot.chat.access.operations import GET_RULES, LIST_HELD, LIST_OWN_HELD, LIST_QUEUE
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.messages.schemas import HeldOut
from talkoot.chat.moderation import queries
from talkoot.chat.moderation.actions import review
from talkoot.chat.moderation.actions.rules import set_rules
from talkoot.chat.moderation.queries.held import held_message, held_messages
from talkoot.chat.moderation.schemas import Approval, Rejection, Rules
from talkoot.chat.moderation.views import rules_out
from talkoot.chat.moderation.views.held import held_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["moderation"])

State = Annotated[Literal["waiting", "approved", "rejected", "withdrawn"], Query()]
After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.get("/rooms/{room}/rules")
async def get_rules(kernel: KernelDep, actor: CurrentActor, room: UUID) -> Rules:
    """The rules of a room."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, GET_RULES, room)
        return rules_out(await queries.rules_of(read, room))


@router.put("/rooms/{room}/rules")
async def change_rules(kernel: KernelDep, actor: CurrentActor, room: UUID, new: Rules) -> Rules:
    """Replace the rules of a room. What is held already goes on waiting."""
    return await kernel.uow.run(lambda tx: set_rules(tx, actor, room, new), key=room)


@router.get("/workspaces/{workspace}/held")
async def list_queue(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, after: After = None, limit: Limit = 50
) -> Page[HeldOut]:
    """What waits in all rooms of a workspace that one moderates, the oldest first."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_QUEUE, workspace)
        inside = await grants_inside(read, actor.user, workspace)
        rooms = [room for room, grants in inside.items() if allows(grants, LIST_HELD, actor.limits)]
        found = await held_messages(read, actor, rooms, after=after, limit=limit + 1)
    return page_of([held_out(each) for each in found], limit, key=lambda held: held.id)


@router.get("/rooms/{room}/held")
async def list_held(
    kernel: KernelDep,
    actor: CurrentActor,
    room: UUID,
    state: State = "waiting",
    after: After = None,
    limit: Limit = 50,
) -> Page[HeldOut]:
    """What waits in a room, or was decided, the oldest first; for its moderators."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_HELD, room)
        found = await held_messages(read, actor, [room], state=state, after=after, limit=limit + 1)
    return page_of([held_out(each) for each in found], limit, key=lambda held: held.id)


@router.get("/rooms/{room}/held/mine")
async def list_own_held(
    kernel: KernelDep,
    actor: CurrentActor,
    room: UUID,
    state: State | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[HeldOut]:
    """One's own messages and edits that were held in a room, and what came of them, the oldest first."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_OWN_HELD, room)
        found = await held_messages(
            read, actor, [room], sender=actor.user, state=state, after=after, limit=limit + 1
        )
    return page_of([held_out(each) for each in found], limit, key=lambda held: held.id)


@router.post("/rooms/{room}/held/{held}/approve", responses=problems(Conflict))
async def approve(kernel: KernelDep, actor: CurrentActor, room: UUID, held: UUID, given: Approval) -> HeldOut:
    """Let a message into its room, as it is or with another text; to approve twice is to approve once."""

    async def action(tx: Tx) -> HeldOut:
        await review.approve(tx, actor, room, held, given.text)
        return held_out(await held_message(tx, held))

    return await kernel.uow.run(action, key=room)


@router.post("/rooms/{room}/held/{held}/reject", responses=problems(Conflict))
async def reject(kernel: KernelDep, actor: CurrentActor, room: UUID, held: UUID, given: Rejection) -> HeldOut:
    """Let nobody see it; its author is told why."""

    async def action(tx: Tx) -> HeldOut:
        await review.reject(tx, actor, room, held, given.reason)
        return held_out(await held_message(tx, held))

    return await kernel.uow.run(action, key=room)


@router.delete("/rooms/{room}/held/{held}", status_code=204, responses=problems(Conflict))
async def withdraw(kernel: KernelDep, actor: CurrentActor, room: UUID, held: UUID) -> None:
    """Take back a message of one's own that still waits."""
    await kernel.uow.run(lambda tx: review.withdraw(tx, actor, room, held), key=room)
