"""Following threads over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from talkoot.chat.access.operations import GET_THREAD_STATE
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.threads import actions
from talkoot.chat.threads.access import thread_to_follow
from talkoot.chat.threads.queries import After, followed_threads, state_of
from talkoot.chat.threads.schemas import Following, ThreadOut, ThreadReadTo, ThreadState, ThreadUnreadFrom
from talkoot.kernel.errors import Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page

router = make_router(NotAuthenticated, Invalid, tags=["threads"])

_FOLLOW = "/messages/{message}/follow"


@router.get("/threads", response_model=Page[ThreadOut])
async def list_threads(
    kernel: KernelDep,
    actor: CurrentActor,
    workspace: UUID | None = None,
    after: Annotated[str, Query(description="`next` of the page before.")] = "",
    limit: Limit = 50,
) -> Response:
    """The threads that one follows: those with unread replies first, and the newest of each first."""
    behind = After.read(after) if after else None
    async with kernel.uow.read() as read:
        page = await followed_threads(read, actor, workspace, after=behind, limit=limit)
    return Response(page.body, media_type="application/json")


@router.get(_FOLLOW, responses=problems(NotFound))
async def get_thread_state(kernel: KernelDep, actor: CurrentActor, message: UUID) -> ThreadState:
    """Whether one follows the thread of a message, and what is unread there."""
    async with kernel.uow.read() as read:
        root, _ = await thread_to_follow(read, actor, GET_THREAD_STATE, message)
        return await state_of(read, actor.user, root.id, root.room_id)


@router.put(_FOLLOW, responses=problems(NotFound))
async def follow_thread(
    kernel: KernelDep, actor: CurrentActor, message: UUID, following: Following
) -> ThreadState:
    """Follow the thread of a message from here on, or change of what one wants to be notified there.

    Who writes in a thread follows it, and so does who began it.
    """
    return await kernel.uow.run(lambda tx: actions.follow(tx, actor, message, following.level))


@router.delete(_FOLLOW, status_code=204, responses=problems(NotFound))
async def unfollow_thread(kernel: KernelDep, actor: CurrentActor, message: UUID) -> None:
    """Do not follow the thread of a message any more, until one writes in it again."""
    await kernel.uow.run(lambda tx: actions.unfollow(tx, actor, message))


@router.put("/messages/{message}/thread/read", responses=problems(NotFound))
async def read_thread(kernel: KernelDep, actor: CurrentActor, message: UUID, to: ThreadReadTo) -> ThreadState:
    """One has read a thread that one follows up to a position; positions only move forward."""
    return await kernel.uow.run(lambda tx: actions.read_to(tx, actor, message, to.seq))


@router.put("/messages/{message}/thread/unread", responses=problems(NotFound))
async def mark_thread_unread(
    kernel: KernelDep, actor: CurrentActor, message: UUID, begin: ThreadUnreadFrom
) -> ThreadState:
    """Count what one has read of a thread as unread again, from a position on, until one reads it again."""
    return await kernel.uow.run(lambda tx: actions.mark_unread(tx, actor, message, begin.seq))
