"""What `talkoot bot` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.administration import end_membership
from talkoot.chat.access.models import Workspace
from talkoot.chat.bots.actions import add_bot, rename_bot, switch_bot
from talkoot.chat.bots.queries import bot_called, bots_of
from talkoot.chat.bots.schemas import NewBot
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.cli.programs import made_of, marks, owner_and_workspace
from talkoot.kernel.audit import OPERATOR, Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.bots.models import Bot
    from talkoot.chat.bots.schemas import BotOut
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.settings import Settings


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


def _line(bot: BotOut, workspace: str) -> str:
    marked = marks(off=bot.disabled, without_an_owner=bot.ownerless)
    named = bot.username, bot.display_name, bot.role, bot.owner.username, workspace, marked
    return "\t".join(named).rstrip()


async def _bot(read: Read, name: str) -> tuple[Bot, User]:
    found = await bot_called(read, name)
    if found is None:
        raise Failure(Exit.REFUSED, f"There is no bot {name}; `talkoot bot list` shows all.")
    return found
