"""Read positions over HTTP."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.reads.actions import MARK_READ, MarkRead, mark_unread
from talkoot.chat.reads.queries import unreads_of
from talkoot.chat.reads.schemas import ReadTo, UnreadFrom, UnreadOut
from talkoot.kernel.errors import Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, tags=["reads"])


@router.put("/rooms/{room}/read", responses=problems(NotFound, Invalid))
async def read_to(kernel: KernelDep, actor: CurrentActor, room: UUID, to: ReadTo) -> UnreadOut:
    """One has read a room up to a position; positions only move forward."""
    return await kernel.uow.submit_to(MARK_READ, MarkRead(actor, room, to.seq), key=room)


@router.put("/rooms/{room}/unread", responses=problems(NotFound, Invalid))
async def unread_from(kernel: KernelDep, actor: CurrentActor, room: UUID, begin: UnreadFrom) -> UnreadOut:
    """Count what one has read of a room as unread again, from a position on, until one reads it again."""
    return await kernel.uow.run(lambda tx: mark_unread(tx, actor, room, begin.seq), key=room)


@router.get("/unreads")
async def list_unreads(kernel: KernelDep, actor: CurrentActor) -> Page[UnreadOut]:
    """What is unread, for every room that one is a member of."""
    async with kernel.uow.read() as read:
        return Page(items=await unreads_of(read, actor))
