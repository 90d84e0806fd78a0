"""Polls over HTTP; they are sent as messages with a `poll`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path

from talkoot.chat.access.operations import GET_POLL, LIST_VOTERS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.schemas import OPTIONS
from talkoot.chat.polls import actions
from talkoot.chat.polls.actions import Vote
from talkoot.chat.polls.queries import state_of, voters_for
from talkoot.chat.polls.schemas import PollState, VoteIn
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Conflict, Invalid, tags=["polls"])

_POLL = "/messages/{message}/poll"


@router.get(_POLL)
async def get_poll(kernel: KernelDep, actor: CurrentActor, message: UUID) -> PollState:
    """A poll as it stands, and what one voted for oneself."""
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, GET_POLL, message)
        return await state_of(read, kernel.secrets, found, actor.user)


@router.put(f"{_POLL}/vote", responses=problems(Forbidden))
async def vote(kernel: KernelDep, actor: CurrentActor, message: UUID, wish: VoteIn) -> PollState:
    """Vote for one option, or for several where the poll lets one; in place of what one voted for before."""
    if not wish.options:
        raise Invalid.field("options", "empty", "Name an option, or take the vote back with DELETE")
    return await _voted(kernel, actor, Vote(message, frozenset(wish.options)))


@router.delete(f"{_POLL}/vote", responses=problems(Forbidden))
async def unvote(kernel: KernelDep, actor: CurrentActor, message: UUID) -> PollState:
    """Take one's vote back; where there is none nothing changes."""
    return await _voted(kernel, actor, Vote(message))


@router.get(f"{_POLL}/options/{{option}}/voters", responses=problems(Forbidden))
async def list_voters(
    kernel: KernelDep,
    actor: CurrentActor,
    message: UUID,
    option: Annotated[int, Path(ge=0, lt=OPTIONS)],
    after: UUID | None = None,
    limit: Limit = 50,
) -> Page[PublicUser]:
    """Who voted for an option; in an anonymous poll nobody is told."""
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, LIST_VOTERS, message)
        return await voters_for(read, found, option, after, limit)


@router.post(f"{_POLL}/close", responses=problems(Forbidden))
async def close_poll(kernel: KernelDep, actor: CurrentActor, message: UUID) -> PollState:
    """Take no more votes: one's own polls, and as a moderator those of others."""

    async def action(tx: Tx) -> PollState:
        closed = await actions.close_poll(tx, actor, message)
        return await state_of(tx, kernel.secrets, closed, actor.user)

    return await kernel.uow.run(action)


async def _voted(kernel: Kernel, actor: Actor, wish: Vote) -> PollState:
    await kernel.uow.run(lambda tx: actions.vote(tx, kernel.secrets, actor, wish))
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, GET_POLL, wish.message)
        return await state_of(read, kernel.secrets, found, actor.user)
