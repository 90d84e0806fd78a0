"""Roles of a workspace: made, renamed, given other permissions, taken away. The owner's is what it is."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, or_, select

from talkoot.chat.access.actions import record_change
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.events import RoleLeaving
from talkoot.chat.access.models import AccessEntry, Membership, Role
from talkoot.chat.access.operations import CREATE_ROLE, DELETE_ROLE, UPDATE_ROLE, Operation
from talkoot.chat.access.permissions import BUILT_IN_ROLES, Permission
from talkoot.chat.access.queries import entries_among, role_in, roles_of
from talkoot.chat.access.reading import read_grants
from talkoot.chat.access.resolution import Standing, granted
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.schemas import NewRoleInWorkspace, RolePatch
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx

ROLES = 100  # of one workspace
OWNER = "owner"
FOR_ALL = {"member", "guest"}  # what is open to these is open to whoever is invited


class _Hand(Value, frozen=True):
    """Who changes roles: their own, and what they may give."""

    role: Role
    held: frozenset[Permission]


async def permissions_of_roles(read: Read, workspace: UUID) -> defaultdict[UUID, frozenset[str]]:
    """What the entries of a workspace allow to each of its roles."""
    held: defaultdict[UUID, frozenset[str]] = defaultdict(frozenset)
    for entry in await entries_among(read, [workspace]):
        if entry.allow and entry.principal == "role" and entry.principal_id is not None:
            held[entry.principal_id] |= entry.permissions
    return held


async def what_one_may_give(
    read: Read, user: UUID, workspace: UUID, held: frozenset[Permission]
) -> frozenset[Permission]:
    """What one holds; who owns a workspace may take back in it what entries took from them."""
    mine = await role_in(read, workspace, user)
    return frozenset(Permission) if mine is not None and mine.name == OWNER else held


async def refuse_to_give(tx: Tx, grants: Grants, mine: Role, wanted: Role) -> None:
    """Forbidden if a role is above one's own, or opens what is closed to who gives it, here or in rooms.

    `grants` are those of who gives it, on the workspace. Owners may open anything.
    """
    if wanted.rank < mine.rank:
        raise Forbidden("Nobody can give a role above their own")
    held = await what_one_may_give(tx, grants.user, grants.workspace, grants.permissions)
    roles = await permissions_of_roles(tx, grants.workspace)
    if beyond := sorted(roles[wanted.id] - roles[mine.id] - held):
        raise Forbidden(f"You can not give what you do not have here: {', '.join(beyond)}")
    if mine.name != OWNER and wanted.name not in FOR_ALL and wanted.id != mine.id:
        await _refuse_to_open(tx, grants, wanted)


async def _refuse_to_open(tx: Tx, grants: Grants, wanted: Role) -> None:
    """Forbidden if entries on rooms let the role in where who gives it does not come in themselves.

    Whom it is given to does not matter: it could be a second account of theirs.
    """
    named = select(AccessEntry.resource_id, AccessEntry.permissions).where(
        AccessEntry.principal == "role",
        AccessEntry.principal_id == wanted.id,
        AccessEntry.allow,
        AccessEntry.resource_id != grants.workspace,
    )
    opened = [(row.resource_id, row.permissions.split()) for row in await tx.connection.execute(named)]
    held = await read_grants(tx, {(grants.user, resource) for resource, _ in opened})
    if any(not held[grants.user, resource].permissions.issuperset(given) for resource, given in opened):
        raise Forbidden("This role opens what is closed to you: somebody else has to give it")


async def create_role(tx: Tx, actor: Actor, workspace: UUID, new: NewRoleInWorkspace) -> Role:
    """A role of the workspace's own. Nobody gives it what they do not hold, or a rank above their own."""
    hand = await _hand(tx, actor, CREATE_ROLE, workspace)
    _within(hand, new.rank, new.permissions)
    there = await roles_of(tx, workspace)
    if len(there) >= ROLES:
        raise Conflict(f"A workspace has at most {ROLES} roles", code="too_many")
    _refuse_taken(there, new.name)
    role = Role(id=new_id(), workspace_id=workspace, name=new.name, rank=new.rank, built_in=False)
    tx.session.add(role)
    await tx.flush()
    await _hold(tx, role, new.permissions)
    after = {"name": role.name, "rank": role.rank, "permissions": sorted(new.permissions)}
    await record(tx, actor, Act("role.created", workspace, role.id, after=after))
    return role


async def update_role(tx: Tx, actor: Actor, workspace: UUID, role_id: UUID, patch: RolePatch) -> Role:
    """Rename a role, or replace what it holds; a built-in one keeps its name, and what is there may stay."""
    hand = await _hand(tx, actor, UPDATE_ROLE, workspace)
    role = await _role(tx, workspace, role_id)
    held = (await permissions_of_roles(tx, workspace))[role.id]
    wanted = held if patch.permissions is None else patch.permissions
    given = wanted - await _effective(tx, role) if wanted != held else frozenset()
    _within(hand, role.rank, frozenset(map(Permission, given)))
    if role.name == OWNER:
        raise Conflict("Who owns a workspace can do everything in it: this role stays as it is")
    before = {"name": role.name, "permissions": sorted(held)}
    if patch.name is not None and patch.name != role.name:
        if role.built_in:
            raise Conflict("The roles that every workspace has keep their names")
        _refuse_taken(await roles_of(tx, workspace), patch.name)
        role.name = patch.name
    if wanted != held:
        await _hold(tx, role, wanted)
    after = {"name": role.name, "permissions": sorted(wanted)}
    await record(tx, actor, Act("role.changed", workspace, role.id, before=before, after=after))
    return role


async def delete_role(tx: Tx, actor: Actor, workspace: UUID, role_id: UUID) -> None:
    """Take a role away, with all entries that name it; Conflict while somebody has it."""
    hand = await _hand(tx, actor, DELETE_ROLE, workspace)
    role = await _role(tx, workspace, role_id)
    _within(hand, role.rank, frozenset())
    if role.built_in:
        raise Conflict("This role is in every workspace")
    held_by = (
        select(func.count())
        .select_from(Membership)
        .where(or_(Membership.role_id == role.id, Membership.own_role_id == role.id))
    )
    if await tx.connection.scalar(held_by):
        raise Conflict("Somebody has this role: give them another one first", code="role_in_use")
    await tx.emit(RoleLeaving(workspace, role.id))
    await tx.connection.execute(delete(AccessEntry).where(AccessEntry.principal_id == role.id))
    await tx.session.delete(role)
    await tx.flush()
    await record_change(tx, workspace, workspace)
    await record(tx, actor, Act("role.deleted", workspace, role.id, before={"name": role.name}))


async def _hand(tx: Tx, actor: Actor, operation: Operation, workspace: UUID) -> _Hand:
    grants = await resource_for(tx, actor, operation, workspace)
    mine = await role_in(tx, workspace, actor.user)
    if mine is None:
        raise NotFound("There is no such workspace")
    return _Hand(mine, await what_one_may_give(tx, actor.user, workspace, grants.permissions))


async def _role(tx: Tx, workspace: UUID, role_id: UUID) -> Role:
    role = await tx.session.get(Role, role_id)
    if role is None or role.workspace_id != workspace:
        raise NotFound("There is no such role")
    return role


async def _effective(tx: Tx, role: Role) -> frozenset[Permission]:
    """What a role gives in the end: an entry that comes before the role's own may deny some of what it holds.

    Only that counts as held when the role's entry is written anew, for it may come to stand before the other.
    """
    entries = await entries_among(tx, [role.workspace_id])
    anybody = Standing(new_id(), frozenset({role.id}), frozenset({role.workspace_id}))
    return granted(entries, anybody)


def _within(hand: _Hand, rank: int, given: frozenset[Permission]) -> None:
    if rank < hand.role.rank:
        raise Forbidden("Nobody can make or change a role above their own")
    if beyond := sorted(given - hand.held):
        raise Forbidden(f"You can not give what you do not have here: {', '.join(beyond)}")


def _refuse_taken(there: Sequence[Role], name: str) -> None:
    taken = {_key(role.name) for role in there} | BUILT_IN_ROLES.keys()
    if _key(name) in taken:
        raise Conflict(f"There is a role {name!r} already")


def _key(name: str) -> str:
    """The same for names that look the same: case, widths and what has no width do not count."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


async def _hold(tx: Tx, role: Role, permissions: frozenset[Permission] | frozenset[str]) -> None:
    """One entry on the workspace, where the first one stood, or behind all others."""
    mine = (
        AccessEntry.resource_id == role.workspace_id,
        AccessEntry.principal == "role",
        AccessEntry.principal_id == role.id,
        AccessEntry.allow,
    )
    positions = select(func.min(AccessEntry.position)).where(*mine)
    last = select(func.max(AccessEntry.position)).where(AccessEntry.resource_id == role.workspace_id)
    position = await tx.connection.scalar(positions)
    if position is None:
        position = (await tx.connection.scalar(last) or 0) + 1
    await tx.connection.execute(delete(AccessEntry).where(*mine))
    if permissions:
        tx.session.add(
            AccessEntry(
                resource_id=role.workspace_id,
                position=position,
                allow=True,
                principal="role",
                principal_id=role.id,
                permissions=" ".join(sorted(permissions)),
            )
        )
        await tx.flush()
    await record_change(tx, role.workspace_id, role.workspace_id)
