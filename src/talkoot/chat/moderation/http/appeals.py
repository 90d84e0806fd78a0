"""Appeals over HTTP; who is banned reaches what is their own, and nothing else."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_inside
from talkoot.chat.access.operations import ACCEPT_APPEAL, DENY_APPEAL, LIST_APPEALS, Operation
from talkoot.chat.accounts.actors import Actor
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.moderation.actions import appeals
from talkoot.chat.moderation.queries import complaints
from talkoot.chat.moderation.schemas import AppealOut, NewAppeal, OwnSanction, Rejection
from talkoot.chat.moderation.views.complaints import appeal_out, own_sanction
from talkoot.kernel.context import Kernel
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["moderation"])

After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.get("/users/me/sanctions")
async def list_own_sanctions(kernel: KernelDep, actor: CurrentActor) -> Page[OwnSanction]:
    """The mutes and bans that one is under, also in workspaces that one is shut out of."""
    async with kernel.uow.read() as read:
        found = await complaints.own_sanctions(read, actor.user, kernel.clock.now())
    return Page(items=[own_sanction(*each) for each in found])


@router.post("/users/me/appeals", status_code=201, responses=problems(Conflict))
async def make_appeal(kernel: KernelDep, actor: CurrentActor, new: NewAppeal) -> AppealOut:
    """Ask for another look at a mute or ban, or at a rejected message: once, from outside too."""
    if (new.sanction is None) == (new.held is None):
        raise Invalid.field("sanction", "exclusive", "Give one of sanction and held")
    asking = appeals.Asking(new.sanction, new.held, new.text)

    async def action(tx: Tx) -> AppealOut:
        made = await appeals.appeal(tx, actor, asking)
        return appeal_out(await complaints.appeal_row(tx, made.id), own=True)

    return await kernel.uow.run(action)


@router.get("/users/me/appeals")
async def list_own_appeals(
    kernel: KernelDep, actor: CurrentActor, after: After = None, limit: Limit = 50
) -> Page[AppealOut]:
    """What one asked, the newest first, and what was decided."""
    async with kernel.uow.read() as read:
        found = await complaints.own_appeals(read, actor.user, after=after, limit=limit + 1)
    return page_of([appeal_out(each, own=True) for each in found], limit, key=lambda each: each.id)


@router.get("/workspaces/{workspace}/appeals")
async def list_appeals(
    kernel: KernelDep,
    actor: CurrentActor,
    workspace: UUID,
    state: Annotated[Literal["open", "accepted", "denied"], Query()] = "open",
    after: After = None,
    limit: Limit = 50,
) -> Page[AppealOut]:
    """What people ask where one moderates, the oldest first."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_APPEALS, workspace)
        inside = await grants_inside(read, actor.user, workspace)
        found = await complaints.appeals_for(read, inside, state=state, after=after, limit=limit + 1)
    return page_of([appeal_out(each) for each in found], limit, key=lambda each: each.id)


@router.post("/workspaces/{workspace}/appeals/{appeal}/accept", responses=problems(Conflict))
async def accept_appeal(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, appeal: UUID, given: Rejection
) -> AppealOut:
    """Lift the sanction, or send the message. Who decided first leaves it to another, if there is one."""
    return await _decide(kernel, actor, ACCEPT_APPEAL, (workspace, appeal), given.reason)


@router.post("/workspaces/{workspace}/appeals/{appeal}/deny", responses=problems(Conflict))
async def deny_appeal(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, appeal: UUID, given: Rejection
) -> AppealOut:
    """Leave it as it is; who asked is told why."""
    return await _decide(kernel, actor, DENY_APPEAL, (workspace, appeal), given.reason)


async def _decide(
    kernel: Kernel, actor: Actor, operation: Operation, which: tuple[UUID, UUID], reason: str
) -> AppealOut:
    workspace, appeal = which

    async def action(tx: Tx) -> AppealOut:
        await appeals.decide(tx, actor, operation, appeal, workspace=workspace, reason=reason)
        await tx.flush()
        return appeal_out(await complaints.appeal_row(tx, appeal))

    return await kernel.uow.run(action)
