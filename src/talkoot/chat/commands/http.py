"""Commands of bots over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_COMMANDS, LIST_ROOM_COMMANDS
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.commands import actions, queries
from talkoot.chat.commands.access import COMMANDS, bot_to_look_at, count_answer
from talkoot.chat.commands.actions import Named, Run
from talkoot.chat.commands.schemas import (
    NAME,
    Answer,
    CommandOut,
    InvocationOut,
    NewCommand,
    NewInvocation,
    WaitingOut,
)
from talkoot.chat.commands.views import invocation_out
from talkoot.chat.messages.access import count_for_room
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

router = make_router(NotAuthenticated, Invalid, tags=["commands"])

_BOT = "/workspaces/{workspace}/bots/{bot}/commands"
_COMMAND = f"{_BOT}/{{name}}"
_Name = Annotated[str, Path(pattern=NAME)]


@router.get("/workspaces/{workspace}/commands", responses=problems(NotFound, Forbidden))
async def list_commands(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[CommandOut]:
    """The commands that the bots of a workspace do, by name."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_COMMANDS, workspace)
        return Page(items=await queries.commands_of(read, workspace))


@router.get(_BOT, responses=problems(NotFound, Forbidden))
async def list_bot_commands(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID
) -> Page[CommandOut]:
    """The commands of one bot, also of one that is off: for itself, and for who manages members."""
    async with kernel.uow.read() as read:
        found = await bot_to_look_at(read, actor, workspace, bot)
        return Page(items=await queries.commands_by(read, workspace, found))


@router.put(_COMMAND, responses=problems(NotFound, Forbidden, Conflict))
async def put_command(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, name: _Name, wanted: NewCommand
) -> CommandOut:
    """Register a command, or change it: a bot its own, and who manages members those of any bot."""
    named = Named(workspace, bot, name)
    return await kernel.uow.run(lambda tx: actions.put_command(tx, actor, named, wanted))


@router.delete(_COMMAND, status_code=204, responses=problems(NotFound, Forbidden))
async def delete_command(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, bot: UUID, name: _Name
) -> None:
    """Take a command away; what was run by then is still answered."""
    named = Named(workspace, bot, name)
    await kernel.uow.run(lambda tx: actions.delete_command(tx, actor, named))


@router.get("/rooms/{room}/commands", responses=problems(NotFound))
async def list_room_commands(kernel: KernelDep, actor: CurrentActor, room: UUID) -> Page[CommandOut]:
    """The commands that can be run in a room: those of bots that read it."""
    async with kernel.uow.read() as read:
        grants = await room_to_read(read, actor, room, LIST_ROOM_COMMANDS)
        return Page(items=await queries.commands_in(read, grants.workspace, room))


@router.post(
    "/rooms/{room}/commands",
    status_code=201,
    responses=problems(NotFound, Forbidden, Conflict)
    | {200: {"model": InvocationOut, "description": "It had been run before, with this cid"}},
)
async def run_command(
    response: Response, kernel: KernelDep, actor: CurrentActor, room: UUID, new: NewInvocation
) -> InvocationOut:
    """Run a command of a bot: it is told, in the room nothing is written, and the answer comes later."""
    count_for_room(kernel.rates, kernel.uow.caches, actor, room, new.thread)
    kernel.rates.require(COMMANDS, actor.user)
    wish = Run(room, new.command, new.args, new.cid, new.thread)
    done = await kernel.uow.run(lambda tx: actions.run_command(tx, actor, wish), key=room)
    response.status_code = 200 if done.dup else 201
    return invocation_out(done.made, done.bot, kernel.clock.now())


@router.get("/invocations")
async def list_waiting(kernel: KernelDep, actor: CurrentActor) -> Page[WaitingOut]:
    """What people ran and waits for this bot, the oldest first, at most 100: for one that was away."""
    async with kernel.uow.read() as read:
        return Page(items=await queries.waiting_for(read, actor, kernel.clock.now()))


@router.get("/users/me/invocations")
async def list_own_invocations(kernel: KernelDep, actor: CurrentActor) -> Page[InvocationOut]:
    """The commands that one ran in the last day, the newest first, and what bots said to oneself alone."""
    async with kernel.uow.read() as read:
        return Page(items=await queries.run_by(read, actor, kernel.clock.now()))


@router.put("/invocations/{invocation}/answer", status_code=204, responses=problems(NotFound, Conflict))
async def answer_invocation(kernel: KernelDep, actor: CurrentActor, invocation: UUID, said: Answer) -> None:
    """Answer who ran a command, and nobody else; or, without a text, say that it is dealt with."""
    async with kernel.uow.read() as read:
        await count_answer(read, kernel.rates, actor, invocation)
    await kernel.uow.run(lambda tx: actions.answer(tx, actor, invocation, said.text))
