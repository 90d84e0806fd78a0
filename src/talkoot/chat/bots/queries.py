"""Reading bots."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from talkoot.chat.access.models import Membership, Role
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import username_key
from talkoot.chat.accounts.views import public_user
from talkoot.chat.bots.models import Bot
from talkoot.chat.bots.schemas import BotOut
from talkoot.chat.tokens.queries import still_looking_after
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def bots_of(read: Read, workspace: UUID) -> list[BotOut]:
    """The bots of a workspace, by username."""
    here = _bots().where(Bot.workspace_id == workspace)
    return await _shown(read, workspace, here.order_by(User.username_key))


async def bot_shown(read: Read, workspace: UUID, bot: UUID) -> BotOut:
    """One bot, who is there."""
    return (await _shown(read, workspace, _bots().where(Bot.workspace_id == workspace, Bot.user_id == bot)))[
        0
    ]


async def bot_called(read: Read, username: str) -> tuple[Bot, User] | None:
    """The bot that goes by this name, if it is in its workspace still."""
    found = _bots().where(User.username_key == username_key(username.strip()))
    row = (await read.session.execute(found)).first()
    return (row[0], row[1]) if row else None


async def find_bot(read: Read, workspace: UUID, bot: UUID) -> User | None:
    """The account of a bot that is in this workspace, also of one that is switched off."""
    return await read.session.scalar(
        select(User)
        .join(Bot, Bot.user_id == User.id)
        .join(Membership, _THERE)
        .where(Bot.user_id == bot, Bot.workspace_id == workspace)
    )


_OWNER = aliased(User)
_THERE = (Membership.user_id == Bot.user_id) & (Membership.resource_id == Bot.workspace_id)


def _bots() -> Select[Bot, User, User, str]:
    return (
        select(Bot, User, _OWNER, Role.name)
        .join(User, User.id == Bot.user_id)
        .join(_OWNER, _OWNER.id == Bot.owner_id)
        .join(Membership, _THERE)
        .join(Role, Role.id == Membership.role_id)
    )


async def _shown(read: Read, workspace: UUID, query: Select[Bot, User, User, str]) -> list[BotOut]:
    found = (await read.session.execute(query)).all()
    owners = {owner.id for _, _, owner, _ in found}
    looking = await still_looking_after(read, workspace, owners, Permission.MEMBERS_MANAGE)
    return [
        BotOut(
            **public_user(user).model_dump(),
            owner=public_user(owner),
            ownerless=owner.id not in looking,
            role=role,
            disabled=user.deactivated_at is not None,
            created_at=rfc3339(bot.created_at),
        )
        for bot, user, owner, role in found
    ]
