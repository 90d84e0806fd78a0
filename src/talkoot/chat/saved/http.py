"""Saved messages over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.saved import actions
from talkoot.chat.saved.queries import saved_by, saved_ids
from talkoot.chat.saved.schemas import SavedIds, SavedOut
from talkoot.kernel.errors import Conflict, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import UNCHANGED, KernelDep, answer, make_router, problems
from talkoot.kernel.paging import Limit, Page

router = make_router(NotAuthenticated, Invalid, tags=["saved"])


@router.get("/saved", response_model=Page[SavedOut], responses=UNCHANGED)
async def list_saved(
    request: Request, kernel: KernelDep, actor: CurrentActor, after: UUID | None = None, limit: Limit = 50
) -> Response:
    """What one has saved, what was saved last first; what one may not read any more is left out."""
    async with kernel.uow.read() as read:
        page = await saved_by(read, actor, after=after, limit=limit)
    return answer(request, page)


@router.get("/saved/ids")
async def list_saved_ids(kernel: KernelDep, actor: CurrentActor) -> SavedIds:
    """Which messages one has saved: the ids alone, of those that `GET /saved` lists."""
    async with kernel.uow.read() as read:
        return SavedIds(messages=await saved_ids(read, actor))


@router.put("/messages/{message}/saved", status_code=204, responses=problems(NotFound, Conflict))
async def save_message(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Keep a message for later; nobody else is told. Once more changes nothing."""
    await kernel.uow.run(lambda tx: actions.save(tx, actor, message))


@router.delete("/messages/{message}/saved", status_code=204)
async def unsave_message(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Let go of a message that one has saved."""
    await kernel.uow.run(lambda tx: actions.unsave(tx, actor, message))
