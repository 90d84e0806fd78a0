"""Deleting all messages of somebody, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_PURGES
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.moderation.access import Where
from talkoot.chat.moderation.actions import purging
from talkoot.chat.moderation.http.nodes import SINGULAR, Kind
from talkoot.chat.moderation.queries import purges_on
from talkoot.chat.moderation.schemas import NewPurge, PurgeOut
from talkoot.chat.moderation.views import purge_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Forbidden, Invalid, tags=["moderation"])

After = Annotated[UUID | None, Query(description="`next` of the page before.")]


@router.post("/{kind}/{resource}/purges", status_code=202, responses=problems(Conflict))
async def begin_purge(
    kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, new: NewPurge
) -> PurgeOut:
    """Delete all messages of somebody, or those of the last hours: it begins at once, and takes its time.

    Of a workspace or category, those in the rooms that one moderates. They may have left already.
    """
    where = Where(SINGULAR[kind], resource, new.user)

    async def action(tx: Tx) -> PurgeOut:
        made = await purging.begin_purge(tx, actor, where, hours=new.hours, reason=new.reason)
        return purge_out(made, await user_with_id(tx, new.user))

    return await kernel.uow.run(action)


@router.get("/{kind}/{resource}/purges")
async def list_purges(
    kernel: KernelDep,
    actor: CurrentActor,
    kind: Kind,
    resource: UUID,
    limit: Limit = 50,
    after: After = None,
) -> Page[PurgeOut]:
    """Such deletions of a node, the newest first, and how far they are."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_PURGES, resource, kind=SINGULAR[kind])
        found = await purges_on(read, resource, after=after, limit=limit + 1)
    return page_of([purge_out(*each) for each in found], limit, key=lambda each: each.id)


@router.delete("/{kind}/{resource}/purges/{purge}", status_code=204)
async def stop_purge(kernel: KernelDep, actor: CurrentActor, kind: Kind, resource: UUID, purge: UUID) -> None:
    """Delete no more. What is gone stays gone."""
    where = Where(SINGULAR[kind], resource, actor.user)
    await kernel.uow.run(lambda tx: purging.stop_purge(tx, actor, where, purge))
