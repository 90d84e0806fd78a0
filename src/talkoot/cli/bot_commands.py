"""What `talkoot bot` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from talkoot.chat.access.administration import end_membership
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.queries import role_in
from talkoot.chat.bots.actions import add_bot, rename_bot, switch_bot
from talkoot.chat.bots.queries import bot_called, bots_of
from talkoot.chat.bots.schemas import NewBot
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.cli.accounts import account
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.audit import OPERATOR, Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.bots.models import Bot
    from talkoot.chat.bots.schemas import BotOut
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.settings import Settings

T = TypeVar("T", bound=BaseModel)


def made_of(kind: type[T], given: dict[str, Any]) -> T:
    """What was given, as the API would take it; a Failure that says what is wrong with it."""
    try:
        return kind(**given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Failure(Exit.USAGE, f"That can not be made: {wrong}") from None


async def owner_and_workspace(tx: Tx, owner: str, workspace: UUID | None) -> tuple[UUID, UUID]:
    """Who looks after what is to be made, and where; a Failure if that can not be."""
    if workspace is None:
        workspace = await first_workspace(tx)
        if workspace is None:
            raise Failure(Exit.REFUSED, "There is no workspace yet: set the server up first.")
    person = await account(tx, owner)
    if person.bot or person.deactivated_at is not None or await role_in(tx, workspace, person.id) is None:
        raise Failure(Exit.REFUSED, f"{owner} is nobody in this workspace who could look after it.")
    return person.id, workspace


async def create(settings: Settings, given: dict[str, Any], owner: str, workspace: UUID | None) -> None:
    """Make a bot."""
    new = made_of(NewBot, given)

    async def action(tx: Tx) -> None:
        owned_by, place = await owner_and_workspace(tx, owner, workspace)
        await add_bot(tx, OPERATOR, place, new, owner=owned_by)

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def rename(settings: Settings, name: str, display_name: str) -> None:
    """Give a bot another display name."""

    async def action(tx: Tx) -> None:
        bot, user = await _bot(tx, name)
        await rename_bot(tx, OPERATOR, user, bot.workspace_id, display_name)

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def switch(settings: Settings, name: str, *, off: bool) -> None:
    """Switch a bot off or on."""

    async def action(tx: Tx) -> None:
        bot, user = await _bot(tx, name)
        await switch_bot(tx, OPERATOR, user, bot.workspace_id, off=off)

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def delete(settings: Settings, name: str) -> None:
    """End its membership, and with it the bot."""

    async def action(tx: Tx) -> None:
        bot, user = await _bot(tx, name)
        await record(tx, OPERATOR, Act("member.removed", bot.workspace_id, user.id))
        await end_membership(tx, bot.workspace_id, user.id)

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def lines(settings: Settings) -> list[str]:
    """A line for each bot, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        places = (await read.session.scalars(select(Workspace).order_by(Workspace.id))).all()
        return [_line(bot, place.name) for place in places for bot in await bots_of(read, place.id)]


def marks(**states: bool) -> str:
    """The words that are true."""
    return ",".join(word.replace("_", " ") for word, true in states.items() if true)


def _line(bot: BotOut, workspace: str) -> str:
    marked = marks(off=bot.disabled, without_an_owner=bot.ownerless)
    named = bot.username, bot.display_name, bot.role, bot.owner.username, workspace, marked
    return "\t".join(named).rstrip()


async def _bot(read: Read, name: str) -> tuple[Bot, User]:
    found = await bot_called(read, name)
    if found is None:
        raise Failure(Exit.REFUSED, f"There is no bot {name}; `talkoot bot list` shows all.")
    return found
