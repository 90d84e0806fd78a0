"""The doors to commands, and how many one person runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_now, readable_among
from talkoot.chat.access.operations import LIST_BOT_COMMANDS
from talkoot.chat.access.permissions import Permission
from talkoot.chat.bots.actions import bot_for
from talkoot.chat.bots.queries import find_bot
from talkoot.chat.commands.models import Invocation
from talkoot.chat.messages.access import ROOM_MESSAGES
from talkoot.kernel.errors import Conflict, NotFound
from talkoot.kernel.limit_book import Rule
from talkoot.kernel.moments import current_moment

if TYPE_CHECKING:
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.models import User
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.transactions import Read, Tx

COMMANDS = Rule("commands", limit=1, period_seconds=1, burst=10)  # of one person


async def bot_to_look_at(read: Read, actor: Actor, workspace: UUID, bot: UUID) -> User:
    """A bot whose commands are its own, or are looked at by who manages members; also one that is off."""
    await resource_for(read, actor, LIST_BOT_COMMANDS, workspace, own=bot == actor.user)
    if (found := await find_bot(read, workspace, bot)) is None:
        raise NotFound("There is no such bot")
    return found


async def commands_to_change(tx: Tx, actor: Actor, operation: Operation, workspace: UUID, bot: UUID) -> None:
    """Let a bot see to its own commands, and who looks after a bot to that bot's."""
    if bot != actor.user:
        await bot_for(tx, actor, operation, workspace, bot)
        return
    await resource_for(tx, actor, operation, workspace, own=True)
    if await find_bot(tx, workspace, bot) is None:
        raise NotFound("There is no such bot")


async def invocation_to_answer(tx: Tx, actor: Actor, invocation: UUID) -> Invocation:
    """What waits for this bot, or was answered by it, while it and who ran it read the room.

    Conflict when it is too late.
    """
    made = await tx.session.get(Invocation, invocation, with_for_update=True, populate_existing=True)
    if made is None or not _is_for(actor, made):
        raise NotFound("There is no such invocation")
    for held in await grants_now(tx, [(made.bot_id, made.room_id), (made.user_id, made.room_id)]):
        if held is None or Permission.ROOM_READ not in held.permissions:
            raise NotFound("There is no such invocation")
    if made.expires_at <= await current_moment(tx.connection, tx.now):
        raise Conflict("It is too late to answer this command", code="expired")
    return made


async def count_answer(read: Read, rates: QuickRates, actor: Actor, invocation: UUID) -> None:
    """Count an answer as a message to its room, or raise RateLimited, if it can be one."""
    made = await read.session.get(Invocation, invocation)
    if made is not None and _is_for(actor, made) and await readable_among(read, actor.user, [made.room_id]):
        rates.require(ROOM_MESSAGES, made.room_id)


def _is_for(actor: Actor, made: Invocation) -> bool:
    return made.bot_id == actor.user and actor.reaches(made.room_id, made.workspace_id)
