"""Reading what moderators work on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from talkoot.chat.access.models import Membership, Resource, Role, Sanction
from talkoot.chat.access.reading import read_grants
from talkoot.chat.access.standings import counts_at
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import RoomRules
from talkoot.chat.moderation.models import Purge

if TYPE_CHECKING:
    from talkoot.chat.access.permissions import Permission
    from talkoot.kernel.transactions import Read

_LOOKED_AT = 200  # people who are asked whether they moderate somewhere


async def sanctions_on(
    read: Read, resource: UUID, now: int, *, after: UUID | None, limit: int
) -> Sequence[tuple[Sanction, User]]:
    """The sanctions that stand on a workspace or a room, the oldest first."""
    query = (
        select(Sanction, User)
        .join(User, User.id == Sanction.user_id)
        .where(
            Sanction.resource_id == resource,
            counts_at(now),
        )
        .order_by(Sanction.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Sanction.id > after)
    return [(sanction, user) for sanction, user in await read.session.execute(query)]


async def running_purge(read: Read, resource: UUID, user: UUID) -> Purge | None:
    """What is being deleted there of this person's."""
    return await read.session.scalar(
        select(Purge).where(Purge.resource_id == resource, Purge.user_id == user, Purge.state == "running")
    )


async def purges_on(
    read: Read, resource: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[Purge, User]]:
    """The deletions that were begun on a node, the newest first."""
    query = (
        select(Purge, User)
        .join(User, User.id == Purge.user_id)
        .where(Purge.resource_id == resource)
        .order_by(Purge.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Purge.id < after)
    return [(purge, user) for purge, user in await read.session.execute(query)]


async def rooms_within(read: Read, resource: UUID) -> list[UUID]:
    """The room that this is, or all rooms of a category or workspace, direct ones too; by their ids."""
    rooms = select(Resource.id).where(
        Resource.kind == "room",
        or_(Resource.id == resource, Resource.parent_id == resource, Resource.workspace_id == resource),
    )
    return sorted(await read.session.scalars(rooms))


async def rules_of(read: Read, room: UUID) -> RoomRules | None:
    """The rules of a room, if it ever had some."""
    return await read.session.get(RoomRules, room)


async def workspace_of(read: Read, resource: UUID) -> UUID:
    """The workspace that a node lies in."""
    return (await read.session.get_one(Resource, resource)).workspace_id


async def somebody_who(
    read: Read, resource: UUID, permissions: set[Permission], *, but: Collection[UUID]
) -> bool:
    """Whether anybody but these may do all this on a node: the highest of the workspace, and those in it."""
    workspace = await workspace_of(read, resource)
    highest = (
        select(Membership.user_id)
        .join(Role, Role.id == Membership.role_id)
        .where(Membership.resource_id == workspace)
        .order_by(Role.rank)
        .limit(_LOOKED_AT)
    )
    inside = select(Membership.user_id).where(Membership.resource_id == resource).limit(_LOOKED_AT)
    people = {*await read.session.scalars(highest), *await read.session.scalars(inside)} - {*but}
    active = select(User.id).where(User.id.in_(people), User.deactivated_at.is_(None), User.bot.is_(False))
    found = await read_grants(read, [(user, resource) for user in await read.session.scalars(active)])
    return any(grants.permissions >= permissions for grants in found.values())
