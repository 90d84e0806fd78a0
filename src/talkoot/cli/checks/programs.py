"""Bots and applications that nobody looks after any more."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Membership
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.models import User
from talkoot.chat.applications.models import Application
from talkoot.chat.bots.models import Bot
from talkoot.chat.tokens.queries import still_looking_after
from talkoot.cli.checks.finding import Finding
from talkoot.cli.checks.work import reading
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from talkoot.kernel.transactions import Read
    from talkoot.settings import Settings


async def programs(settings: Settings) -> AsyncIterator[Finding]:
    """Bots and applications have somebody who may look after them."""
    try:
        await require_fitting(settings)
    except Failure:  # said by the check of the database
        return
    async with reading(settings) as read:
        alone = [f"the bot {name}" for name in await _ownerless(read, await _bots(read), _MEMBERS)]
        alone += [
            f"the application {name}" for name in await _ownerless(read, await _applications(read), _ACCESS)
        ]
    if alone:
        said = f"{', '.join(alone)}: without an owner; take it over in the web client, or delete it"
        yield Finding("warn", "programs", said)
    else:
        yield Finding("ok", "programs", "every bot and application has an owner")


_MEMBERS, _ACCESS = Permission.MEMBERS_MANAGE, Permission.ACCESS_MANAGE
_Made = tuple[UUID, UUID, str]  # where, by whom, its name


async def _bots(read: Read) -> list[_Made]:
    there = (Membership.user_id == Bot.user_id) & (Membership.resource_id == Bot.workspace_id)
    found = select(Bot.workspace_id, Bot.owner_id, User.username).join(User, User.id == Bot.user_id)
    rows = await read.connection.execute(found.join(Membership, there).order_by(User.username_key))
    return [(workspace, owner, name) for workspace, owner, name in rows]


async def _applications(read: Read) -> list[_Made]:
    found = select(Application.workspace_id, Application.made_by, Application.name).order_by(Application.id)
    return [(workspace, owner, name) for workspace, owner, name in await read.connection.execute(found)]


async def _ownerless(read: Read, made: Iterable[_Made], needed: Permission) -> list[str]:
    owners: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for workspace, owner, _ in made:
        owners[workspace].add(owner)
    looking = {
        (workspace, user)
        for workspace, users in owners.items()
        for user in await still_looking_after(read, workspace, users, needed)
    }
    return [name for workspace, owner, name in made if (workspace, owner) not in looking]
