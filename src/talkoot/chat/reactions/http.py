"""Reactions over HTTP."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.access.operations import LIST_REACTIONS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.messages.access import message_for
from talkoot.chat.reactions import actions
from talkoot.chat.reactions.actions import React
from talkoot.chat.reactions.emoji import one_emoji
from talkoot.chat.reactions.queries import people_of
from talkoot.chat.reactions.schemas import ReactionPeople
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["reactions"])

_ALL = "/messages/{message}/reactions"
_ONE = f"{_ALL}/{{emoji}}"


@router.get(_ALL)
async def list_reactions(kernel: KernelDep, actor: CurrentActor, message: UUID) -> Page[ReactionPeople]:
    """Who reacted to a message: the first fifty of each emoji with their names."""
    async with kernel.uow.read() as read:
        found, _ = await message_for(read, actor, LIST_REACTIONS, message)
        return Page(items=await people_of(read, found, actor.user))


@router.put(_ONE, status_code=204, responses=problems(Forbidden, Conflict))
async def react(kernel: KernelDep, actor: CurrentActor, message: UUID, emoji: str) -> None:
    """React to a message with an emoji; once more changes nothing."""
    wish = React(message, one_emoji(emoji))
    await kernel.uow.run(lambda tx: actions.react(tx, actor, wish))


@router.delete(_ONE, status_code=204, responses=problems(Forbidden))
async def unreact(kernel: KernelDep, actor: CurrentActor, message: UUID, emoji: str) -> None:
    """Take one's reaction back; where there is none nothing changes."""
    wish = React(message, one_emoji(emoji))
    await kernel.uow.run(lambda tx: actions.unreact(tx, actor, wish))
