"""Drafts over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.drafts import actions
from talkoot.chat.drafts.actions import Writing
from talkoot.chat.drafts.queries import drafts_of
from talkoot.chat.drafts.schemas import DraftIn, DraftOut
from talkoot.kernel.errors import Conflict, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, Invalid, tags=["drafts"])


@router.get("/drafts")
async def list_drafts(kernel: KernelDep, actor: CurrentActor) -> Page[DraftOut]:
    """What one has begun to write, the newest first; not in rooms that one may not read any more."""
    async with kernel.uow.read() as read:
        return Page(items=await drafts_of(read, actor))


@router.put("/drafts/{room}", responses=problems(NotFound, Conflict))
async def put_draft(kernel: KernelDep, actor: CurrentActor, room: UUID, new: DraftIn) -> DraftOut:
    """Keep what one has begun to write; nobody else sees it, and one's other devices are told.

    `stale_draft` is answered where another device has changed or removed it since: read it first.
    """
    files = None if new.attachments is None else tuple(new.attachments)
    writing = Writing(room, new.thread, new.text, new.version, files)
    return await kernel.uow.run(lambda tx: actions.put_draft(tx, actor, writing))


@router.delete("/drafts/{room}", status_code=204)
async def drop_draft(
    kernel: KernelDep,
    actor: CurrentActor,
    room: UUID,
    thread: UUID | None = None,
    version: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> None:
    """Remove a draft, which was sent perhaps, and let go of its files.

    With `version` only if it has not been changed since.
    """
    await kernel.uow.run(lambda tx: actions.drop_draft(tx, actor, room, thread, version))
