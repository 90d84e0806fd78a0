"""Kick, mute and ban over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import KICK_FROM_ROOM, KICK_FROM_WORKSPACE, LIST_SANCTIONS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.moderation.access import Where
from talkoot.chat.moderation.actions import sanctions
from talkoot.chat.moderation.http.nodes import SINGULAR, Kind
from talkoot.chat.moderation.queries import sanctions_on
from talkoot.chat.moderation.schemas import Kick, NewSanction, SanctionOut
from talkoot.chat.moderation.views import sanction_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["moderation"])

Sanction = Literal["mute", "ban"]


@router.get("/{kind}/{resource}/sanctions")
async def list_sanctions(
    kernel: KernelDep,
    actor: CurrentActor,
    kind: Kind,
    resource: UUID,
    limit: Limit = 50,
    after: UUID | None = None,
) -> Page[SanctionOut]:
    """Who is muted in, or banned from, a workspace, a category or a room."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_SANCTIONS, resource, kind=SINGULAR[kind])
        found = await sanctions_on(read, resource, kernel.clock.now(), after=after, limit=limit + 1)
    return page_of([sanction_out(*each) for each in found], limit, key=lambda each: each.id)


@router.put("/{kind}/{resource}/sanctions/{user}/{sanction}", responses=problems(Conflict))
async def impose_sanction(
    kernel: KernelDep,
    actor: CurrentActor,
    kind: Kind,
    resource: UUID,
    user: UUID,
    sanction: Sanction,
    new: NewSanction,
) -> SanctionOut:
    """Mute (may read on, may not post) or ban (is out, and can not come back) until it ends or is lifted."""
    where = Where(SINGULAR[kind], resource, user)
    imposing = sanctions.Imposing(sanction, new.reason, new.expires_in)

    async def action(tx: Tx) -> SanctionOut:
        made = await sanctions.impose(tx, actor, where, imposing)
        return sanction_out(made, await user_with_id(tx, user))

    return await kernel.uow.run(action)


@router.delete("/{kind}/{resource}/sanctions/{user}/{sanction}", status_code=204)
async def lift_sanction(
    kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, user: UUID, sanction: Sanction
) -> None:
    """Lift a mute or a ban before it ends; who was banned may come back, and is not brought back."""
    where = Where(SINGULAR[kind], resource, user)
    await kernel.uow.run(lambda tx: sanctions.lift(tx, actor, where, sanction))


@router.post("/rooms/{room}/kick/{user}", status_code=204, responses=problems(Conflict))
async def kick_from_room(kernel: KernelDep, actor: CurrentActor, room: UUID, user: UUID, given: Kick) -> None:
    """Take somebody out of a room; they may come back where they could come in before."""
    where = Where("room", room, user)
    await kernel.uow.run(lambda tx: sanctions.kick(tx, actor, KICK_FROM_ROOM, where, given.reason))


@router.post("/workspaces/{workspace}/kick/{user}", status_code=204, responses=problems(Conflict))
async def kick_from_workspace(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, user: UUID, given: Kick
) -> None:
    """Take somebody out of a workspace; they may come back by an invitation."""
    where = Where("workspace", workspace, user)
    await kernel.uow.run(lambda tx: sanctions.kick(tx, actor, KICK_FROM_WORKSPACE, where, given.reason))
