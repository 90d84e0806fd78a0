"""Making bots, changing and removing them, and looking after their tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.actions import add_workspace_member
from talkoot.chat.access.administration import remove_from_workspace
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import readable_rooms
from talkoot.chat.access.operations import (
    CHANGE_BOT,
    MAKE_BOT,
    MAKE_BOT_TOKEN,
    REMOVE_BOT,
    REVOKE_BOT_TOKEN,
    ROTATE_BOT_TOKEN,
    Operation,
)
from talkoot.chat.access.queries import role_in, roles_of
from talkoot.chat.access.roles import OWNER, refuse_to_give
from talkoot.chat.accounts.actions import (
    NewUser,
    create_user,
    deactivate_user,
    reactivate_user,
    rename_user,
)
from talkoot.chat.bots.models import Bot
from talkoot.chat.bots.queries import bot_shown, find_bot
from talkoot.chat.rooms.actions import join_default_rooms
from talkoot.chat.tokens.actions import make_token, revoke_token, rotate_token
from talkoot.chat.tokens.queries import token_of
from talkoot.chat.tokens.views import token_out
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.events import WorkspaceMemberLeaving
    from talkoot.chat.access.models import Role
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.models import User
    from talkoot.chat.bots.schemas import BotOut, BotPatch, NewBot
    from talkoot.chat.tokens.schemas import NewToken, TokenMade
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.transactions import Tx


async def make_bot(tx: Tx, actor: Actor, workspace: UUID, new: NewBot) -> BotOut:
    """A bot of this workspace, with a role that the actor may give; nobody can sign in as it."""
    grants = await resource_for(tx, actor, MAKE_BOT, workspace)
    await _refuse_beyond(tx, grants, await _role_for_bots(tx, workspace, new.role))
    made = await add_bot(tx, actor, workspace, new, owner=actor.user)
    return await bot_shown(tx, workspace, made.id)


async def add_bot(tx: Tx, acting: Acting, workspace: UUID, new: NewBot, *, owner: UUID) -> User:
    """A bot that this person looks after; the caller has looked whether it may be made."""
    role = await _role_for_bots(tx, workspace, new.role)
    user = await create_user(tx, NewUser(new.username, new.display_name, bot=True))
    await add_workspace_member(tx, workspace, user.id, role.name)
    if role.name != "guest":
        await join_default_rooms(tx, workspace, user.id)
    tx.session.add(
        Bot(user_id=user.id, workspace_id=workspace, owner_id=owner, created_at=tx.now),
    )
    await tx.flush()
    after = {"username": user.username, "display_name": user.display_name, "role": role.name}
    await record(tx, acting, Act("bot.made", workspace, user.id, after=after))
    return user


async def _role_for_bots(tx: Tx, workspace: UUID, name: str) -> Role:
    role = next((role for role in await roles_of(tx, workspace) if role.name == name), None)
    if role is None or role.name == OWNER:
        raise Invalid.field("role", "unknown", f"There is no role {name!r} that a bot could have")
    return role


async def change_bot(tx: Tx, actor: Actor, workspace: UUID, bot: UUID, changes: BotPatch) -> BotOut:
    """Give a bot another display name, switch it off or on, or take it over."""
    user = await bot_for(tx, actor, CHANGE_BOT, workspace, bot)
    if changes.take_over:
        await _take_over(tx, actor, user, workspace)
    if changes.display_name is not None:
        await rename_bot(tx, actor, user, workspace, changes.display_name)
    if changes.disabled is not None:
        await switch_bot(tx, actor, user, workspace, off=changes.disabled)
    return await bot_shown(tx, workspace, bot)


async def rename_bot(tx: Tx, acting: Acting, user: User, workspace: UUID, display_name: str) -> None:
    """Give a bot another display name; the caller has looked whether it may be done."""
    before = {"display_name": user.display_name}
    await rename_user(tx, user, display_name)
    after = {"display_name": user.display_name}
    await record(tx, acting, Act("bot.renamed", workspace, user.id, before=before, after=after))


async def switch_bot(tx: Tx, acting: Acting, user: User, workspace: UUID, *, off: bool) -> None:
    """Switch a bot off, which ends its tokens, or on again; the caller has looked whether it may be done."""
    if off == (user.deactivated_at is not None):
        return
    await (deactivate_user if off else reactivate_user)(tx, user.id)
    await tx.flush()
    await record(tx, acting, Act(f"bot.switched_{'off' if off else 'on'}", workspace, user.id))


async def _take_over(tx: Tx, actor: Actor, user: User, workspace: UUID) -> None:
    """An owner reads with the bot what it reads: nobody becomes one who could not read it before."""
    bot = await tx.session.get_one(Bot, user.id)
    await _refuse_unseen(tx, actor, user, workspace, None)
    before, bot.owner_id = {"owner": bot.owner_id}, actor.user
    await tx.flush()
    act = Act("bot.taken_over", workspace, user.id, before=before, after={"owner": actor.user})
    await record(tx, actor, act)


async def remove_bot(tx: Tx, actor: Actor, workspace: UUID, bot: UUID) -> None:
    """Take a bot out of its workspace; its account and its tokens end with that, what it wrote stays."""
    await bot_for(tx, actor, REMOVE_BOT, workspace, bot)
    await remove_from_workspace(tx, actor, workspace, bot)


async def retire_bot(tx: Tx, leaving: WorkspaceMemberLeaving) -> None:
    """A bot that has left its workspace, by whatever way, is none any more."""
    if await find_bot(tx, leaving.workspace, leaving.user) is not None:
        await deactivate_user(tx, leaving.user)


async def bot_for(tx: Tx, actor: Actor, operation: Operation, workspace: UUID, bot: UUID) -> User:
    """The account of a bot of this workspace, for who may do this and what the bot may do."""
    grants = await resource_for(tx, actor, operation, workspace)
    user, role = await find_bot(tx, workspace, bot), await role_in(tx, workspace, bot)
    if user is None or role is None:
        raise NotFound("There is no such bot")
    await _refuse_beyond(tx, grants, role)
    return user


async def make_bot_token(
    tx: Tx, actor: Actor, workspace: UUID, bot: UUID, new: NewToken, *, longest_days: int
) -> TokenMade:
    """A token that acts as the bot; not for one that may do more than the actor."""
    user = await bot_for(tx, actor, MAKE_BOT_TOKEN, workspace, bot)
    if user.deactivated_at is not None:
        raise Conflict("This bot is switched off: switch it on first", code="bot_off")
    await _refuse_unseen(tx, actor, user, workspace, new.places)
    return await make_token(tx, actor, user, new, longest_days=longest_days, scope=workspace)


async def rotate_bot_token(tx: Tx, actor: Actor, workspace: UUID, bot: UUID, token: UUID) -> TokenMade:
    """Another token of the bot for this one, which ends."""
    user = await bot_for(tx, actor, ROTATE_BOT_TOKEN, workspace, bot)
    if (found := await token_of(tx, bot, token)) is not None:
        await _refuse_unseen(tx, actor, user, workspace, token_out(*found).places)
    return await rotate_token(tx, actor, user, token, scope=workspace)


async def revoke_bot_token(tx: Tx, actor: Actor, workspace: UUID, bot: UUID, token: UUID) -> None:
    """End a token of the bot."""
    user = await bot_for(tx, actor, REVOKE_BOT_TOKEN, workspace, bot)
    await revoke_token(tx, actor, user.id, token, scope=workspace)


async def _refuse_unseen(
    tx: Tx, actor: Actor, bot: User, workspace: UUID, places: Collection[UUID] | None
) -> None:
    """Forbidden if a token would show a room that is closed to who makes it, unless the bot is theirs."""
    if (await tx.session.get_one(Bot, bot.id)).owner_id == actor.user:
        return
    seen, mine = [{*await readable_rooms(tx, user, workspace)} for user in (bot.id, actor.user)]
    if places is not None and workspace not in places:
        seen &= {*places}
    if seen - mine:
        raise Forbidden("This bot reads rooms that are closed to you: name other places for the token")


async def _refuse_beyond(tx: Tx, grants: Grants, role: Role) -> None:
    """Whoever has the tokens of a bot does what the bot may do: nobody rises by that."""
    mine = await role_in(tx, grants.workspace, grants.user)
    if mine is None:
        raise Forbidden("Who is not in a workspace looks after no bots in it")
    await refuse_to_give(tx, grants, mine, role)
