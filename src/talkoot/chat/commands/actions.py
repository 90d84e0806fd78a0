"""Registering commands, running them, and answering who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select

from talkoot.chat.access.grants import grants_now
from talkoot.chat.access.operations import DELETE_COMMAND, PUT_COMMAND, RUN_COMMAND
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.accounts.views import public_user
from talkoot.chat.commands.access import commands_to_change, invocation_to_answer
from talkoot.chat.commands.models import Command, Invocation
from talkoot.chat.commands.queries import command_called, how_many_commands, still_waiting
from talkoot.chat.commands.schemas import BUILT_IN, KEPT_FREE, NewCommand
from talkoot.chat.commands.views import command_out, waiting_out
from talkoot.chat.messages.access import place_to_post
from talkoot.chat.messages.actions.screen import pass_slow_mode
from talkoot.chat.messages.events import OwnChanged
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import DAY, MINUTE
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.moments import current_moment
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.events import WorkspaceMemberLeaving
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.models import User
    from talkoot.chat.commands.schemas import CommandOut
    from talkoot.kernel.transactions import Tx

FORGET = "commands.forget"
ANSWERED_WITHIN = 15 * MINUTE
OF_BOT, OF_WORKSPACE = 50, 500  # commands
WAITING, WAITING_OF_ONE = 1000, 20  # invocations that wait for one bot, and those of one person
_KEPT, _FORGOTTEN = DAY, 500


class Named(Value, frozen=True):
    """A command of a bot, which may not be there yet."""

    workspace: UUID
    bot: UUID
    name: str


class Run(Value, frozen=True):
    """A command that somebody wants to run."""

    room: UUID
    command: str
    args: str
    cid: UUID
    thread: UUID | None = None


class Invoked(Value, frozen=True):
    """What waits for the bot; `dup` when it had been run before, with this cid."""

    made: Invocation
    bot: User
    dup: bool


async def put_command(tx: Tx, actor: Actor, named: Named, wanted: NewCommand) -> CommandOut:
    """Register a command of a bot, or change it. Conflict where the name is taken, or no more fit."""
    workspace, bot, name = named.workspace, named.bot, named.name
    await commands_to_change(tx, actor, PUT_COMMAND, workspace, bot)
    if name in BUILT_IN | KEPT_FREE:
        raise Conflict(f"/{name} is done by clients themselves: choose another name", code="built_in")
    here = Command.workspace_id == workspace
    found = await tx.session.scalar(select(Command).where(here, Command.name == name))
    before = None
    if found is None:
        await _refuse_more(tx, workspace, bot)
        found = Command(
            workspace_id=workspace,
            bot_id=bot,
            name=name,
            description=wanted.description,
            usage=wanted.usage,
            created_at=tx.now,
        )
        tx.session.add(found)
    elif found.bot_id != bot:
        raise await _taken(tx, found)
    else:
        before = _told(found)
        found.description, found.usage = wanted.description, wanted.usage
    await tx.flush()
    if actor.user != bot and before != _told(found):
        kind = "command.registered" if before is None else "command.changed"
        await record(tx, actor, Act(kind, workspace, bot, before=before, after=_told(found)))
    return command_out(found, await user_with_id(tx, bot))


async def delete_command(tx: Tx, actor: Actor, named: Named) -> None:
    """Take a command of a bot away; what was run by then is still answered."""
    workspace, bot, name = named.workspace, named.bot, named.name
    await commands_to_change(tx, actor, DELETE_COMMAND, workspace, bot)
    of_bot = Command.workspace_id == workspace, Command.bot_id == bot
    found = await tx.session.scalar(select(Command).where(*of_bot, Command.name == name))
    if found is None:
        raise NotFound("This bot has no such command")
    await tx.session.delete(found)
    if actor.user != bot:
        await record(tx, actor, Act("command.deleted", workspace, bot, before=_told(found)))


async def run_command(tx: Tx, actor: Actor, wish: Run) -> Invoked:
    """Ask a bot for something, where one may write and it reads; it is told, and nobody else.

    Refused as a message would be. Invalid for a command that is not there, Conflict for a cid that was used
    for something else, for a bot that reads elsewhere, and where too much waits for it.
    """
    grants = await place_to_post(tx, actor, RUN_COMMAND, wish.room, wish.thread)
    if (earlier := await _earlier(tx, actor, wish)) is not None:
        return earlier
    found = await command_called(tx, grants.workspace, wish.command)
    if found is None:
        fields = Invalid.field("command", "unknown", f"There is no command /{wish.command}").fields
        raise Invalid(fields[0].detail, fields=fields, code="unknown_command")
    bot = found[1]
    if actor.bot:
        raise Forbidden("Bots run no commands")
    (held,) = await grants_now(tx, [(bot.id, wish.room)])
    if held is None or Permission.ROOM_READ not in held.permissions:
        raise Conflict(f"@{bot.username} does not read this room: add it first", code="bot_elsewhere")
    await pass_slow_mode(tx, grants)
    return await _ask(tx, actor, wish, grants.workspace, bot)


async def answer(tx: Tx, actor: Actor, invocation: UUID, text: str | None) -> None:
    """Say something to who ran a command, and nobody else, or (None) that it is dealt with."""
    made = await invocation_to_answer(tx, actor, invocation)
    if made.done_at is not None and made.answer == text:
        return
    made.done_at, made.answer = tx.now, text
    await tx.flush()
    told = {
        "invocation": made.id,
        "room": made.room_id,
        "thread": made.thread_id,
        "command": made.command,
        "bot": public_user(await user_with_id(tx, made.bot_id)).model_dump(),
        "text": text,
    }
    await tx.emit(OwnChanged(made.user_id, "command.answered", told))


async def forget_old(tx: Tx) -> int:
    """Forget some of what nobody can answer any more, a day later; how much it was."""
    late = Invocation.expires_at <= await current_moment(tx.connection, tx.now) - _KEPT
    old = select(Invocation.id).where(late).limit(_FORGOTTEN)
    return (await tx.connection.execute(delete(Invocation).where(Invocation.id.in_(old)))).rowcount


async def forget_invocations_of(tx: Tx, user: UUID) -> None:
    """Nothing is left of what somebody ran."""
    await tx.connection.execute(delete(Invocation).where(Invocation.user_id == user))


async def forget_who_leaves(tx: Tx, leaving: WorkspaceMemberLeaving) -> None:
    """Who leaves a workspace has nothing more to answer there, and is not answered; a bot has no commands."""
    theirs = or_(Invocation.bot_id == leaving.user, Invocation.user_id == leaving.user)
    await tx.connection.execute(
        delete(Invocation).where(Invocation.workspace_id == leaving.workspace, theirs)
    )
    of_bot = Command.workspace_id == leaving.workspace, Command.bot_id == leaving.user
    await tx.connection.execute(delete(Command).where(*of_bot))


async def _earlier(tx: Tx, actor: Actor, wish: Run) -> Invoked | None:
    mine = Invocation.user_id == actor.user, Invocation.cid == wish.cid
    made = await tx.session.scalar(select(Invocation).where(*mine))
    if made is None:
        return None
    if Run(made.room_id, made.command, made.args, made.cid, made.thread_id) != wish:
        raise Conflict("This cid was used before, for something else")
    return Invoked(made, await user_with_id(tx, made.bot_id), dup=True)


async def _ask(tx: Tx, actor: Actor, wish: Run, workspace: UUID, bot: User) -> Invoked:
    now = await current_moment(tx.connection, tx.now)
    await _refuse_flood(tx, actor, bot.id, now)
    values = {
        "id": new_id(),
        "workspace_id": workspace,
        "room_id": wish.room,
        "thread_id": wish.thread,
        "bot_id": bot.id,
        "user_id": actor.user,
        "cid": wish.cid,
        "command": wish.command,
        "args": wish.args,
        "created_at": now,
        "expires_at": now + ANSWERED_WITHIN,
    }
    new = insert_into(tx.connection, Invocation).values(values)
    added = await tx.connection.execute(new.on_conflict_do_nothing(index_elements=["user_id", "cid"]))
    if not added.rowcount:  # the same was asked elsewhere at this very moment
        earlier = await _earlier(tx, actor, wish)
        assert earlier is not None
        return earlier
    made = await tx.session.get_one(Invocation, values["id"])
    shown = waiting_out(made, await user_with_id(tx, actor.user)).model_dump(mode="json")
    await tx.emit(OwnChanged(bot.id, "command", {"invocation": shown.pop("id"), **shown}))
    return Invoked(made, bot, dup=False)


async def _taken(tx: Tx, command: Command) -> Conflict:
    """What is said of a name that another bot has; one that is off is in no list, so it is named here."""
    bot = await user_with_id(tx, command.bot_id)
    told = f"@{bot.username} has the command /{command.name}"
    if bot.deactivated_at is not None:
        told += ", and is switched off: it keeps the name until the command or the bot is removed"
    return Conflict(told, code="taken")


async def _refuse_more(tx: Tx, workspace: UUID, bot: UUID) -> None:
    here = Command.workspace_id == workspace
    if await how_many_commands(tx, here, Command.bot_id == bot) >= OF_BOT:
        raise Conflict(f"A bot has at most {OF_BOT} commands", code="too_many")
    if await how_many_commands(tx, here) >= OF_WORKSPACE:
        raise Conflict(f"A workspace has at most {OF_WORKSPACE} commands", code="too_many")


async def _refuse_flood(tx: Tx, actor: Actor, bot: UUID, now: int) -> None:
    waiting = Invocation.bot_id == bot, *still_waiting(now)
    for most, where in ((WAITING_OF_ONE, (*waiting, Invocation.user_id == actor.user)), (WAITING, waiting)):
        some = select(Invocation.id).where(*where).limit(most).subquery()
        if (await tx.connection.scalar(select(func.count()).select_from(some)) or 0) >= most:
            raise Conflict("This bot has not answered what it was asked before: wait for it", code="too_many")


def _told(command: Command) -> dict[str, Any]:
    return {"name": command.name, "description": command.description, "usage": command.usage}
