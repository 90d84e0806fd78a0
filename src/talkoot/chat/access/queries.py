"""Reading the tree, the entries along a lineage, and someone's standing in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Select, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from talkoot.chat.access.events import AccessChanged
from talkoot.chat.access.models import AccessChange, AccessEntry, Membership, Resource, Role, Workspace
from talkoot.chat.access.resolution import Entry, Principal
from talkoot.chat.accounts.models import User
from talkoot.kernel.slices import slices
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_WORKSPACES = 20_000  # that are asked for at once


class Lineage(Value, frozen=True):
    """A resource and what lies above it, from the leaf to the workspace, with all entries in that order."""

    resource: UUID
    kind: str
    workspace: UUID
    version: int
    nodes: tuple[UUID, ...]
    entries: tuple[Entry, ...]
    archived: bool
    moderated: bool = False
    posts: bool = False
    attentive: bool = False


_Parent = aliased(Resource)
_Grandparent = aliased(Resource)
_LINEAGES = (
    select(
        Resource.id,
        Resource.kind,
        Resource.workspace_id,
        Resource.moderated,
        Resource.posts,
        Workspace.access_version,
        _Parent.id.label("parent"),
        _Grandparent.id.label("grandparent"),
        _Grandparent.parent_id.label("root"),
        or_(
            Resource.archived_at.is_not(None),
            _Parent.archived_at.is_not(None),
            _Grandparent.archived_at.is_not(None),
        ).label("archived"),
        or_(
            func.coalesce(Resource.attentive, true()),
            func.coalesce(_Parent.attentive, _Parent.id.is_not(None)),
            func.coalesce(_Grandparent.attentive, _Grandparent.id.is_not(None)),
        ).label("attentive"),
    )
    .join(Workspace, Workspace.id == Resource.workspace_id)
    .outerjoin(_Parent, _Parent.id == Resource.parent_id)
    .outerjoin(_Grandparent, _Grandparent.id == _Parent.parent_id)
    .where(Resource.id.in_(bindparam("resources", expanding=True)))
)

_VERSIONS = select(Workspace.id, Workspace.access_version).where(
    Workspace.id.in_(bindparam("workspaces", expanding=True))
)
_WORKSPACES_OF_THESE = (
    select(Membership.user_id, Membership.resource_id)
    .join(Workspace, Workspace.id == Membership.resource_id)
    .where(Membership.user_id.in_(bindparam("users", expanding=True)))
)


async def lineage_of(read: Read, resource: UUID) -> Lineage | None:
    """The lineage of a resource, if there is one with this id."""
    return (await lineages_of(read, [resource])).get(resource)


async def lineage_in(read: Read, room: UUID, thread: UUID) -> Lineage:
    """The lineage of a thread in a room, also of one that never had entries and so is no node of the tree."""
    found = await lineages_of(read, [room, thread])
    above = found[room]
    return found.get(thread) or replace(
        above, resource=thread, kind="thread", nodes=(thread, *above.nodes), moderated=False, posts=False
    )


async def lineages_of(read: Read, resources: Collection[UUID]) -> dict[UUID, Lineage]:
    """Those that exist; their versions are read first, so that the entries are at least that new."""
    rows = [
        row
        for some in slices(resources)
        for row in (await read.connection.execute(_LINEAGES, {"resources": some})).all()
    ]
    above = {
        row.id: tuple(node for node in (row.id, row.parent, row.grandparent, row.root) if node is not None)
        for row in rows
    }
    entries: dict[UUID, list[Entry]] = defaultdict(list)
    for some in slices({node for nodes in above.values() for node in nodes}):
        for entry in await entries_among(read, some):
            entries[entry.resource].append(entry)
    return {
        row.id: Lineage(
            row.id,
            row.kind,
            row.workspace_id,
            row.access_version,
            above[row.id],
            tuple(entry for node in above[row.id] for entry in entries[node]),
            bool(row.archived),
            row.moderated,
            row.posts,
            bool(row.attentive),
        )
        for row in rows
    }


async def entries_among(read: Read, nodes: Sequence[UUID] | Select[UUID]) -> list[Entry]:
    """All entries of these nodes, those of one node by position."""
    found = await read.connection.execute(_ENTRIES.where(AccessEntry.resource_id.in_(nodes)))
    return [
        Entry(
            id_, resource, allow, cast("Principal", principal), principal_id, frozenset(permissions.split())
        )
        for id_, resource, allow, principal, principal_id, permissions in found
    ]


_ENTRIES = select(
    AccessEntry.id,
    AccessEntry.resource_id,
    AccessEntry.allow,
    AccessEntry.principal,
    AccessEntry.principal_id,
    AccessEntry.permissions,
).order_by(AccessEntry.position)


async def kinds_of(read: Read, nodes: Collection[UUID]) -> dict[UUID, str]:
    """Of what kind each of these nodes is."""
    found = await read.connection.execute(select(Resource.id, Resource.kind).where(Resource.id.in_(nodes)))
    return {row.id: row.kind for row in found}


async def versions_seen(read: Read, workspaces: Collection[UUID]) -> dict[UUID, int]:
    """The versions of these workspaces' access rules, as this transaction sees them."""
    if not workspaces:
        return {}
    found = await read.connection.execute(_VERSIONS, {"workspaces": [*workspaces]})
    return {row.id: row.access_version for row in found}


async def all_versions(read: Read) -> dict[UUID, int]:
    """The versions of the access rules of all workspaces, or of the newest if there are very many."""
    newest = select(Workspace.id, Workspace.access_version).order_by(Workspace.id.desc()).limit(_WORKSPACES)
    return {row.id: row.access_version for row in await read.connection.execute(newest)}


async def changes_after(read: Read, workspace: UUID, version: int, limit: int) -> list[AccessChanged]:
    """At most `limit` changes of who may do what in a workspace behind a version, in order."""
    found = await read.connection.execute(
        select(AccessChange.version, AccessChange.resource_id, Resource.kind, AccessChange.users)
        .outerjoin(Resource, Resource.id == AccessChange.resource_id)
        .where(AccessChange.workspace_id == workspace, AccessChange.version > version)
        .order_by(AccessChange.version)
        .limit(limit)
    )
    return [
        AccessChanged(workspace, number, resource, kind or "workspace", frozenset(map(UUID, users.split())))
        for number, resource, kind, users in found
    ]


async def workspaces_of(read: Read, user: UUID) -> list[tuple[Workspace, str]]:
    """The workspaces someone belongs to, by name, each with the name of their role."""
    found = await read.session.execute(
        select(Workspace, Role.name)
        .join(Membership, Membership.resource_id == Workspace.id)
        .join(Role, Role.id == Membership.role_id)
        .where(Membership.user_id == user)
        .order_by(Workspace.name, Workspace.id)
    )
    return [(workspace, role) for workspace, role in found]


async def owned_alone(read: Read, user: UUID) -> list[str]:
    """The names of the workspaces that would have nobody left who owns them without this user."""
    own = (
        await read.session.scalars(
            select(Workspace)
            .join(Membership, Membership.resource_id == Workspace.id)
            .join(Role, Role.id == Membership.role_id)
            .where(Membership.user_id == user, Role.name == "owner", Role.built_in)
            .order_by(Workspace.id)
        )
    ).all()
    others = {
        *await read.session.scalars(
            select(Membership.resource_id)
            .join(Role, Role.id == Membership.role_id)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.resource_id.in_([workspace.id for workspace in own]),
                Membership.user_id != user,
                Role.name == "owner",
                Role.built_in,
                User.deactivated_at.is_(None),
            )
        )
    }
    return [workspace.name for workspace in own if workspace.id not in others]


async def roles_of(read: Read, workspace: UUID) -> Sequence[Role]:
    """The roles of a workspace, from the highest rank down."""
    return (
        await read.session.scalars(select(Role).where(Role.workspace_id == workspace).order_by(Role.rank))
    ).all()


async def role_in(read: Read, workspace: UUID, user: UUID) -> Role | None:
    """Someone's role in a workspace; None if they do not belong to it."""
    return await read.session.scalar(
        select(Role)
        .join(Membership, Membership.role_id == Role.id)
        .where(Membership.resource_id == workspace, Membership.user_id == user)
    )


async def owners_of(read: Read, workspace: UUID) -> Sequence[UUID]:
    """Who owns a workspace."""
    owners = select(Membership.user_id).join(Role, Role.id == Membership.role_id)
    return (
        await read.session.scalars(owners.where(Membership.resource_id == workspace, Role.name == "owner"))
    ).all()


async def members_of(
    read: Read, resource: UUID, *, after: UUID | None = None, limit: int
) -> Sequence[tuple[User, Membership, str | None]]:
    """Members of a workspace or a room in the order of their ids, with their role if they have one there."""
    query = (
        select(User, Membership, Role.name)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Role, Role.id == Membership.role_id)
        .where(Membership.resource_id == resource)
        .order_by(User.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(User.id > after)
    return [(user, membership, role) for user, membership, role in await read.session.execute(query)]


async def are_members(read: Read, resource: UUID, users: Sequence[UUID]) -> set[UUID]:
    """Those of the users who belong to a workspace or a room."""
    found = await read.session.scalars(
        select(Membership.user_id).where(Membership.resource_id == resource, Membership.user_id.in_(users))
    )
    return set(found)


async def was_member(read: Read, workspace: UUID, user: UUID) -> bool:
    """Whether somebody ever belonged to a workspace: its access log, which is not shortened, names them.

    It reads that log, for there is no index: for what is rare.
    """
    named = select(AccessChange.version).where(
        AccessChange.workspace_id == workspace, AccessChange.users.contains(str(user))
    )
    return await read.connection.scalar(named.limit(1)) is not None


async def sharing_a_workspace(read: Read, user: UUID, others: Collection[UUID]) -> set[UUID]:
    """Those of the others whom someone may know of: they have a workspace in common, or are the same."""
    return (await acquaintances_among(read, [(user, others)]))[0]


async def acquaintances_among(read: Read, asked: Sequence[tuple[UUID, Collection[UUID]]]) -> list[set[UUID]]:
    """For each (user, others) those of the others whom the user may know of, in one statement."""
    people = {user for user, _ in asked}.union(*(others for _, others in asked))
    workspaces: dict[UUID, set[UUID]] = defaultdict(set)
    for some in slices(people):
        for user, workspace in await read.connection.execute(_WORKSPACES_OF_THESE, {"users": some}):
            workspaces[user].add(workspace)
    return [
        {other for other in others if other == user or not workspaces[user].isdisjoint(workspaces[other])}
        for user, others in asked
    ]
