"""The rules of groups: made, changed and taken away, with what follows for whoever is in these groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.models import Role
from talkoot.chat.access.operations import (
    ADD_ROOM_MEMBER,
    CHANGE_GROUP_RULE,
    DELETE_GROUP_RULE,
    MAKE_GROUP_RULE,
)
from talkoot.chat.access.queries import role_in, roles_of
from talkoot.chat.access.roles import OWNER, refuse_to_give
from talkoot.chat.groups.access import rooms_to_see
from talkoot.chat.groups.actions.settling import settle_many
from talkoot.chat.groups.models import GroupRoom, GroupRule, SeenGroup
from talkoot.chat.groups.queries import people_seen_in, rooms_of_rules
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.events import RoleLeaving
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.groups.schemas import Given, NewGroupRule
    from talkoot.chat.identities.providers import Provider
    from talkoot.kernel.transactions import Tx

RULES = 200  # of one workspace


async def make_rule(
    tx: Tx, actor: Actor, providers: Mapping[str, Provider], workspace: UUID, new: NewGroupRule
) -> GroupRule:
    """A rule for a group of a provider. Nobody gives by it what they could not give by hand."""
    grants = await resource_for(tx, actor, MAKE_GROUP_RULE, workspace)
    await _known_provider(tx, providers, workspace, new.provider)
    role = await _role_to_give(tx, grants, new.role, None)
    await _rooms_to_give(tx, actor, workspace, new.rooms)
    await _refuse_another(tx, workspace, new)
    rule = GroupRule(
        id=new_id(),
        workspace_id=workspace,
        provider=new.provider,
        name=new.group,
        role_id=role.id if role else None,
        created_by=actor.user,
        created_at=tx.now,
    )
    tx.session.add(rule)
    await tx.flush()
    await _give_rooms(tx, rule, new.rooms)
    await record(tx, actor, Act("group_rule.made", workspace, rule.id, after=_shown(rule, role, new.rooms)))
    return rule


async def change_rule(tx: Tx, actor: Actor, workspace: UUID, rule_id: UUID, given: Given) -> GroupRule:
    """Let a group give something else from now on; rooms that the actor may not see stay as they are."""
    grants = await resource_for(tx, actor, CHANGE_GROUP_RULE, workspace)
    rule, role_before = await _rule(tx, grants, rule_id)
    role = await _role_to_give(tx, grants, given.role, rule.role_id)
    rooms_before = (await rooms_of_rules(tx, [rule.id]))[rule.id]
    seen = await rooms_to_see(tx, actor.user, rooms_before)
    await _rooms_to_give(tx, actor, workspace, given.rooms - seen)
    rooms = given.rooms | (rooms_before - seen)
    rule.role_id = role.id if role else None
    await tx.connection.execute(delete(GroupRoom).where(GroupRoom.rule_id == rule.id))
    await tx.flush()
    await _give_rooms(tx, rule, rooms)
    before, after = _shown(rule, role_before, rooms_before), _shown(rule, role, rooms)
    await record(tx, actor, Act("group_rule.changed", workspace, rule.id, before=before, after=after))
    await settle_many(tx, workspace, await people_seen_in(tx, rule.provider, rule.name))
    return rule


async def delete_rule(tx: Tx, actor: Actor, workspace: UUID, rule_id: UUID) -> None:
    """The group gives nothing here any more, and what it gave is taken back."""
    grants = await resource_for(tx, actor, DELETE_GROUP_RULE, workspace)
    rule, role = await _rule(tx, grants, rule_id)
    people = await people_seen_in(tx, rule.provider, rule.name)
    before = _shown(rule, role, (await rooms_of_rules(tx, [rule.id]))[rule.id])
    await tx.session.delete(rule)
    await tx.flush()
    of_group = (GroupRule.provider == rule.provider, GroupRule.name == rule.name)
    if not await tx.connection.scalar(select(func.count()).select_from(GroupRule).where(*of_group)):
        gone = (SeenGroup.provider == rule.provider, SeenGroup.name == rule.name)
        await tx.connection.execute(delete(SeenGroup).where(*gone))
    await record(tx, actor, Act("group_rule.deleted", workspace, rule_id, before=before))
    await settle_many(tx, workspace, people)


async def keep_roles_in_rules(tx: Tx, leaving: RoleLeaving) -> None:
    """Conflict while a group gives the role that is about to be taken away."""
    named = select(func.count()).select_from(GroupRule).where(GroupRule.role_id == leaving.role)
    if await tx.connection.scalar(named):
        raise Conflict("A group gives this role: change its rule first", code="role_in_use")


async def _known_provider(tx: Tx, providers: Mapping[str, Provider], workspace: UUID, provider: str) -> None:
    known = providers.get(provider)
    if known is None:
        raise Invalid.field("provider", "unknown", "There is no such identity provider")
    if not known.tells_groups:
        raise Invalid.field("provider", "no_groups", "This provider tells no groups")
    if known.workspaces == "first" and workspace != await first_workspace(tx):
        raise Forbidden(
            "The groups of this provider are for the first workspace, unless its file says otherwise"
        )


async def _role_to_give(tx: Tx, grants: Grants, name: str | None, before: UUID | None) -> Role | None:
    """The role that goes by this name, which the actor may give, or which stood in the rule before."""
    if name is None:
        return None
    mine = await role_in(tx, grants.workspace, grants.user)
    wanted = next((role for role in await roles_of(tx, grants.workspace) if role.name == name), None)
    if wanted is None or mine is None:
        raise Invalid.field("role", "unknown", f"There is no role {name!r} in this workspace")
    if wanted.name == OWNER:
        raise Invalid.field("role", "by_hand", "Who owns a workspace is said by hand")
    if wanted.id != before:
        await refuse_to_give(tx, grants, mine, wanted)
    return wanted


async def _rooms_to_give(tx: Tx, actor: Actor, workspace: UUID, rooms: Collection[UUID]) -> None:
    for room in sorted(rooms):
        if (await resource_for(tx, actor, ADD_ROOM_MEMBER, room)).workspace != workspace:
            raise NotFound("There is no such room")


async def _refuse_another(tx: Tx, workspace: UUID, new: NewGroupRule) -> None:
    there = select(GroupRule.provider, GroupRule.name).where(GroupRule.workspace_id == workspace)
    rules = (await tx.connection.execute(there)).all()
    if len(rules) >= RULES:
        raise Conflict(f"A workspace has at most {RULES} rules for groups", code="too_many")
    if (new.provider, new.group) in [(row.provider, row.name) for row in rules]:
        raise Conflict("There is a rule for this group already: change that one")


async def _rule(tx: Tx, grants: Grants, rule_id: UUID) -> tuple[GroupRule, Role | None]:
    """A rule that the actor may change, with its role; it stands still from here on."""
    await versions_of(tx, [grants.workspace], exclusive=True)
    rule = await tx.session.get(GroupRule, rule_id, populate_existing=True)
    if rule is None or rule.workspace_id != grants.workspace:
        raise NotFound("There is no such rule")
    role = await tx.session.get(Role, rule.role_id) if rule.role_id else None
    mine = await role_in(tx, grants.workspace, grants.user)
    if mine is None or (role is not None and role.rank < mine.rank):
        raise Forbidden("Nobody can change what a group gives that is above them")
    return rule, role


async def _give_rooms(tx: Tx, rule: GroupRule, rooms: Collection[UUID]) -> None:
    if rooms:
        rows = [{"rule_id": rule.id, "room_id": room} for room in rooms]
        await tx.connection.execute(insert(GroupRoom).values(rows))


def _shown(rule: GroupRule, role: Role | None, rooms: Collection[UUID]) -> dict[str, object]:
    """As the audit log shows it."""
    return {
        "provider": rule.provider,
        "group": rule.name,
        "role": role.name if role else None,
        "rooms": sorted(rooms),
    }
