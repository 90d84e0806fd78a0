"""Reading rules of groups, whom they concern, and what they give to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field
from sqlalchemy import and_, or_, select

from talkoot.chat.access.models import Membership, Resource, Role
from talkoot.chat.access.queries import roles_of
from talkoot.chat.groups.access import rooms_to_see
from talkoot.chat.groups.models import GroupRoom, GroupRule, SeenGroup
from talkoot.chat.groups.schemas import GroupRuleOut
from talkoot.chat.identities.models import Identity
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


class Due(State):
    """What somebody's groups give them in one workspace: the highest of the roles, and all rooms."""

    role: Role | None = None
    rooms: set[UUID] = field(default_factory=set)


_CONCERNS = and_(GroupRule.provider == SeenGroup.provider, GroupRule.name == SeenGroup.name)


async def rules_of(read: Read, workspace: UUID) -> Sequence[GroupRule]:
    """The rules of a workspace, by provider and group."""
    found = select(GroupRule).where(GroupRule.workspace_id == workspace)
    return (await read.session.scalars(found.order_by(GroupRule.provider, GroupRule.name))).all()


async def rooms_of_rules(read: Read, rules: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The rooms that each of these rules gives."""
    rooms: dict[UUID, set[UUID]] = {rule: set() for rule in rules}
    found = select(GroupRoom.rule_id, GroupRoom.room_id).where(GroupRoom.rule_id.in_(rules))
    for rule, room in await read.connection.execute(found):
        rooms[rule].add(room)
    return rooms


async def names_in_rules(read: Read, provider: str) -> set[str]:
    """The groups of a provider that any rule names."""
    found = select(GroupRule.name).where(GroupRule.provider == provider).distinct()
    return set(await read.session.scalars(found))


async def people_seen_in(read: Read, provider: str, name: str) -> list[UUID]:
    """Those whom this provider named this group for when they signed in."""
    found = (
        select(Identity.user_id)
        .join(SeenGroup, SeenGroup.identity_id == Identity.id)
        .where(SeenGroup.provider == provider, SeenGroup.name == name)
        .distinct()
        .order_by(Identity.user_id)
    )
    return list(await read.session.scalars(found))


async def workspaces_concerned(read: Read, user: UUID) -> set[UUID]:
    """Where groups give somebody something, or have given it and it is not taken back yet."""
    by_rules = (
        select(GroupRule.workspace_id)
        .join(SeenGroup, _CONCERNS)
        .join(Identity, Identity.id == SeenGroup.identity_id)
        .where(Identity.user_id == user)
    )
    given = (
        select(Resource.workspace_id)
        .join(Membership, Membership.resource_id == Resource.id)
        .where(Membership.user_id == user, or_(Membership.by_group, Membership.own_role_id.is_not(None)))
    )
    return set(await read.session.scalars(by_rules.union(given)))


async def due_in(read: Read, workspace: UUID, users: Collection[UUID]) -> dict[UUID, Due]:
    """What is due to each of these people in a workspace; nothing for those whom no rule concerns."""
    roles = {role.id: role for role in await roles_of(read, workspace)}
    rows = await read.connection.execute(
        select(Identity.user_id, GroupRule.role_id, GroupRoom.room_id)
        .join(SeenGroup, SeenGroup.identity_id == Identity.id)
        .join(GroupRule, _CONCERNS)
        .outerjoin(GroupRoom, GroupRoom.rule_id == GroupRule.id)
        .where(GroupRule.workspace_id == workspace, Identity.user_id.in_(users))
    )
    due: dict[UUID, Due] = defaultdict(Due)
    for user, role_id, room in rows:
        mine = due[user]
        role = roles.get(role_id) if role_id else None
        if role is not None and (mine.role is None or _above(role, mine.role)):
            mine.role = role
        if room is not None:
            mine.rooms.add(room)
    return due


async def memberships_in(
    read: Read, workspace: UUID, users: Collection[UUID]
) -> dict[UUID, dict[UUID, Membership]]:
    """All memberships of each of these people inside a workspace, by what they belong to."""
    found = await read.session.scalars(
        select(Membership)
        .join(Resource, Resource.id == Membership.resource_id)
        .where(Resource.workspace_id == workspace, Membership.user_id.in_(users))
        .execution_options(populate_existing=True)
    )
    there: dict[UUID, dict[UUID, Membership]] = defaultdict(dict)
    for membership in found:
        there[membership.user_id][membership.resource_id] = membership
    return there


async def rules_out(
    read: Read, user: UUID, workspace: UUID, rules: Sequence[GroupRule]
) -> list[GroupRuleOut]:
    """Rules of a workspace as someone sees them."""
    names = {role.id: role.name for role in await roles_of(read, workspace)}
    rooms = await rooms_of_rules(read, [rule.id for rule in rules])
    seen = await rooms_to_see(read, user, {room for given in rooms.values() for room in given})
    return [
        GroupRuleOut(
            id=rule.id,
            provider=rule.provider,
            group=rule.name,
            role=names[rule.role_id] if rule.role_id else None,
            rooms=sorted(rooms[rule.id] & seen),
            hidden_rooms=len(rooms[rule.id] - seen),
            created_by=rule.created_by,
            created_at=rfc3339(rule.created_at),
        )
        for rule in rules
    ]


def _above(one: Role, other: Role) -> bool:
    """Of two of one rank always the same one."""
    return (one.rank, one.id) < (other.rank, other.id)
