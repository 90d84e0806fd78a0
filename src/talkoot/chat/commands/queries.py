"""Reading commands, and what people asked with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from talkoot.chat.access.grants import readable_among
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.accounts.models import User
from talkoot.chat.commands.models import Command, Invocation
from talkoot.chat.commands.views import command_out, invocation_out, waiting_out
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.moments import current_moment

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.commands.schemas import CommandOut, InvocationOut, WaitingOut
    from talkoot.kernel.transactions import Read

SHOWN = 100  # of what waits for a bot, or somebody ran, at once


async def commands_of(read: Read, workspace: UUID) -> list[CommandOut]:
    """The commands of a workspace by name, without those of bots that are switched off."""
    return [command_out(command, bot) for command, bot in await _commands(read, workspace)]


async def commands_by(read: Read, workspace: UUID, bot: User) -> list[CommandOut]:
    """Those of one bot by name, also while it is switched off: it keeps the names."""
    own = Command.workspace_id == workspace, Command.bot_id == bot.id
    found = await read.session.scalars(select(Command).where(*own).order_by(Command.name))
    return [command_out(command, bot) for command in found]


async def commands_in(read: Read, workspace: UUID, room: UUID) -> list[CommandOut]:
    """Those of the workspace whose bots are on and read this room."""
    found = await _commands(read, workspace)
    held = await grants_of_many(read, {(bot.id, room) for _, bot in found})
    reading = {user for (user, _), grants in held.items() if Permission.ROOM_READ in grants.permissions}
    return [command_out(command, bot) for command, bot in found if bot.id in reading]


async def command_called(read: Read, workspace: UUID, name: str) -> tuple[Command, User] | None:
    """The command of this name, if its bot is not switched off."""
    return next(iter(await _commands(read, workspace, Command.name == name)), None)


async def how_many_commands(read: Read, *where: ColumnElement[bool]) -> int:
    """How many of them there are."""
    return await read.connection.scalar(select(func.count()).select_from(Command).where(*where)) or 0


async def waiting_for(read: Read, actor: Actor, now: int) -> list[WaitingOut]:
    """What waits for a bot, the oldest first, in rooms that it reads and its token is good for."""
    now = await current_moment(read.connection, now)
    found = (
        await read.session.execute(
            select(Invocation, User)
            .join(User, User.id == Invocation.user_id)
            .where(Invocation.bot_id == actor.user, *still_waiting(now))
            .order_by(Invocation.id)
        )
    ).all()
    readable = await _readable(read, actor, [made for made, _ in found])
    return [waiting_out(made, user) for made, user in found if made.room_id in readable][:SHOWN]


def still_waiting(now: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What nobody has answered, and can be still, at this moment in microseconds."""
    return Invocation.done_at.is_(None), Invocation.expires_at > now


async def run_by(read: Read, actor: Actor, now: int) -> list[InvocationOut]:
    """What somebody ran lately, the newest first, in rooms that they read."""
    now = await current_moment(read.connection, now)
    found = (
        await read.session.execute(
            select(Invocation, User)
            .join(User, User.id == Invocation.bot_id)
            .where(Invocation.user_id == actor.user)
            .order_by(Invocation.id.desc())
            .limit(SHOWN)
        )
    ).all()
    readable = await _readable(read, actor, [made for made, _ in found])
    return [invocation_out(made, bot, now) for made, bot in found if made.room_id in readable]


async def own_invocations(read: Read, user: UUID) -> list[dict[str, Any]]:
    """What is known of what somebody ran, for their own data."""
    found = await read.session.scalars(
        select(Invocation).where(Invocation.user_id == user).order_by(Invocation.id)
    )
    return [
        {
            "room": made.room_id,
            "command": made.command,
            "args": made.args,
            "ts": rfc3339(made.created_at),
            "answer": made.answer,
        }
        for made in found
    ]


async def _commands(read: Read, workspace: UUID, *where: ColumnElement[bool]) -> list[tuple[Command, User]]:
    found = await read.session.execute(
        select(Command, User)
        .join(User, User.id == Command.bot_id)
        .where(Command.workspace_id == workspace, User.deactivated_at.is_(None), *where)
        .order_by(Command.name)
    )
    return [(command, bot) for command, bot in found]


async def _readable(read: Read, actor: Actor, found: list[Invocation]) -> set[UUID]:
    """Those of their rooms that the actor reads, with the token that they came with."""
    within = {made.room_id for made in found if actor.reaches(made.room_id, made.workspace_id)}
    return {*await readable_among(read, actor.user, within)}
