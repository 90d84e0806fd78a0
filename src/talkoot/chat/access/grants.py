"""What somebody may do: remembered while it holds, and certain until the commit of what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import or_, select

from talkoot.chat.access.cache import AccessCache, Grants
from talkoot.chat.access.models import Membership, Resource, Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import Lineage, entries_among, versions_seen
from talkoot.chat.access.reading import evaluate, grants_of_many, read_grants, room_grants_of
from talkoot.chat.access.standings import standing_among
from talkoot.chat.accounts.actors import NOBODY
from talkoot.kernel.errors import NotAuthenticated, NotFound, TalkootError, Unavailable
from talkoot.kernel.plain_sql import Statement, as_id
from talkoot.kernel.transactions import NeedsItsOwn, Tx

if TYPE_CHECKING:
    from talkoot.chat.access.resolution import Entry
    from talkoot.kernel.transactions import Read


def unknown(user: UUID, subject: str) -> TalkootError:
    """What is said of something that one may not know of: who is not signed in might with an account."""
    return NotAuthenticated() if user == NOBODY else NotFound(f"There is no such {subject}")


async def grants_of(read: Read, user: UUID, resource: UUID, *, exclusive: bool = True) -> Grants | None:
    """What someone may do on a resource; None if there is no such resource.

    In a transaction that writes it holds until the commit: the rules of the workspace are locked, `exclusive`
    if the transaction is about to change them, else together with others who only rely on them.
    """
    if isinstance(read, Tx):
        return (await grants_now(read, [(user, resource)], exclusive=exclusive))[0]
    cache = read.caches.of(AccessCache)
    grants = cache.get(resource, user)
    if grants is not None and read.caches.shared:
        grants = await _as_seen(read, cache, grants)
    if grants is None:
        grants = await _read_grants(read, user, resource)
        if grants is not None:
            cache.put(grants)
    if grants is not None:
        read.checks.append(partial(_hold_still, cache, [grants]))
    return grants


async def _as_seen(read: Read, cache: AccessCache, grants: Grants) -> Grants | None:
    """These, if no change that this view of the database sees is missing here."""
    versions = await versions_seen(read, [grants.workspace])
    cache.notice_all(versions)
    return grants if cache.up_to_date(grants.workspace, versions.get(grants.workspace, -1)) else None


async def _hold_still(
    cache: AccessCache, relied_on: Sequence[Grants], again: Callable[[], AbstractAsyncContextManager[Read]]
) -> None:
    """What was read relied on these grants: if one was taken back meanwhile, nobody may see it."""
    for grants in relied_on:
        if cache.holds(grants):
            continue
        async with again() as view:
            now = await _read_grants(view, grants.user, grants.resource)
        if now is not None and grants.permissions <= now.permissions and grants.open <= now.open:
            continue
        if len(relied_on) > 1:
            raise Unavailable("Access changed while this was read; read it again")
        raise unknown(grants.user, grants.kind)


async def grants_now(
    tx: Tx, wanted: Sequence[tuple[UUID, UUID]], *, exclusive: bool = False
) -> list[Grants | None]:
    """What each (user, resource) allows at this very transaction, from memory wherever that is up to date.

    One for each, in their order. The versions of the workspaces are read under a lock, so that no change of
    access can commit between this check and the commit of what it lets through.
    """
    cache = tx.caches.of(AccessCache)
    workspaces = await _workspaces_of(tx, cache, [resource for _, resource in wanted])
    versions = await versions_of(tx, workspaces, exclusive=exclusive)
    by_number = {workspace.int: version for workspace, version in versions.items()}
    found: list[Grants | None] = []
    read: dict[tuple[UUID, UUID], Grants | None] = {}
    for user, resource in wanted:
        # Only now: a change may have been committed, and applied here, while the lock was waited for.
        grants = cache.get(resource, user)
        if grants is not None and cache.up_to_date(grants.workspace, by_number[grants.workspace.int]):
            grants = cache.renew(grants, by_number[grants.workspace.int])
        else:
            if (user, resource) not in read:
                read[user, resource] = await _read_under_lock(tx, user, resource)
            grants = read[user, resource]
        found.append(grants)
    for workspace, version in versions.items():
        tx.after_commit(partial(cache.notice, workspace, version))
    return found


async def in_threads(read: Read, wanted: Iterable[tuple[Grants, UUID]]) -> list[Grants]:
    """What people may do in threads that have entries: the grants on the room, with what those make of it.

    These grants are of this very transaction, and what is found holds for as long as they do: a change to the
    entries of a thread takes the same lock. It costs no statement where that is remembered.
    """
    found = []
    for room, thread in wanted:
        if isinstance(read, Tx):
            here = await _thread_now(read, room, thread)
        else:
            here = await grants_of(read, room.user, thread)
        found.append(replace(room, permissions=here.permissions if here is not None else frozenset()))
    return found


async def _thread_now(tx: Tx, room: Grants, thread: UUID) -> Grants | None:
    cache = tx.caches.of(AccessCache)
    grants = cache.get(thread, room.user)
    if grants is not None and cache.up_to_date(grants.workspace, room.version):
        return cache.renew(grants, room.version)
    return await _read_under_lock(tx, room.user, thread)


async def _workspaces_of(tx: Tx, cache: AccessCache, resources: Iterable[UUID]) -> Iterable[UUID]:
    known: dict[int, UUID] = {}
    missing = set()
    for resource in resources:
        workspace = cache.workspace_of(resource)
        if workspace is None:
            missing.add(resource)
        else:
            known[workspace.int] = workspace
    if missing:
        rows = await tx.connection.execute(select(Resource.workspace_id).where(Resource.id.in_(missing)))
        known |= {workspace.int: workspace for (workspace,) in rows}
    return known.values()


_SQLITE = "SELECT id, access_version FROM workspaces WHERE id = ?"
# Row locks are not fair: those who share one let a change of access wait for as long as there is always one
# of them. So each takes its turn first, in a lock that is: behind a change that waits, senders wait too. They
# are taken in one order, and are 64, for the locks that a transaction may hold are not many.
_POSTGRESQL = (
    "WITH turns AS MATERIALIZED (SELECT pg_advisory_xact_lock{shared}(1096246347, turn) FROM"
    " (SELECT DISTINCT uuid_hash(id) & 63 AS turn FROM unnest($1::uuid[]) AS given (id) ORDER BY turn)"
    " AS ordered)"
    " SELECT id, access_version FROM workspaces"
    " WHERE id = ANY($1::uuid[]) AND (SELECT count(*) FROM turns) > 0 ORDER BY id FOR {row} OF workspaces"
)
_SHARED = Statement(_SQLITE, _POSTGRESQL.format(shared="_shared", row="SHARE"))
_EXCLUSIVE = Statement(_SQLITE, _POSTGRESQL.format(shared="", row="UPDATE"))


async def versions_of(tx: Tx, workspaces: Iterable[UUID], *, exclusive: bool = False) -> dict[UUID, int]:
    """The versions of these workspaces' access rules, which can not change before this transaction ends."""
    rows = [(workspace,) for workspace in workspaces]
    if tx.held is not None:
        _keep_apart(tx.held, {workspace for (workspace,) in rows}, exclusive=exclusive)
    found = await tx.sql.run(_EXCLUSIVE if exclusive else _SHARED, rows) if rows else []
    return {as_id(workspace): version for workspace, version in found}


def _keep_apart(held: dict[UUID, bool], wanted: set[UUID], *, exclusive: bool) -> None:
    """Who changes access locks that workspace at once and no other: then no two wait for each other."""
    changing = {workspace for workspace, alone in held.items() if alone}
    if (exclusive and held.keys() - changing) or (changing and wanted - changing):
        raise NeedsItsOwn
    held |= {workspace: exclusive or workspace in changing for workspace in wanted}


async def _read_under_lock(tx: Tx, user: UUID, resource: UUID) -> Grants | None:
    """Nobody may see it before the commit, for this transaction may have changed the rules itself."""
    grants = await _read_grants(tx, user, resource)
    if grants is not None:
        tx.after_commit(lambda: tx.caches.of(AccessCache).put(grants))
    return grants


async def _read_grants(read: Read, user: UUID, resource: UUID) -> Grants | None:
    return (await read_grants(read, [(user, resource)])).get((user, resource))


async def grants_inside(
    read: Read, user: UUID, workspace: UUID, *, as_member: bool = False
) -> dict[UUID, Grants]:
    """What someone may do on everything in a workspace but threads, in four statements however much there is.

    With `as_member`, of all rooms only on those they are a member of.
    """
    version = await read.connection.scalar(select(Workspace.access_version).where(Workspace.id == workspace))
    inside = select(Resource.id).where(Resource.workspace_id == workspace, Resource.kind != "thread")
    if as_member:
        mine = select(Membership.resource_id).where(Membership.user_id == user)
        inside = inside.where(or_(Resource.kind != "room", Resource.id.in_(mine)))
    tree = {
        row.id: row
        for row in await read.connection.execute(
            select(
                Resource.id,
                Resource.kind,
                Resource.parent_id,
                Resource.archived_at,
                Resource.moderated,
                Resource.posts,
                Resource.attentive,
            ).where(Resource.id.in_(inside))
        )
    }
    entries: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in await entries_among(read, inside):
        entries[entry.resource].append(entry)
    standing = await standing_among(read, user, workspace, inside)
    public = read.caches.of(AccessCache).public
    everything = {}
    for resource, row in tree.items():
        nodes = tuple(_upwards(tree, resource))
        inherited = tuple(entry for node in nodes for entry in entries[node])
        archived = any(tree[node].archived_at is not None for node in nodes)
        attentive = any(tree[node].attentive is not False for node in nodes)
        lineage = Lineage(
            resource,
            row.kind,
            workspace,
            version or 0,
            nodes,
            inherited,
            archived,
            row.moderated,
            row.posts,
            attentive,
        )
        everything[resource] = evaluate(lineage, standing, public=public)
    if not isinstance(read, Tx):
        cache = read.caches.of(AccessCache)
        for grants in everything.values():
            cache.put(grants)
        read.checks.append(partial(_hold_still, cache, list(everything.values())))
    return everything


async def readable_rooms(read: Read, user: UUID, workspace: UUID) -> dict[UUID, Grants]:
    """The rooms of a workspace that someone may read, and what else they may do there."""
    return {
        resource: held
        for resource, held in (await grants_inside(read, user, workspace)).items()
        if held.kind == "room" and Permission.ROOM_READ in held.permissions
    }


async def readable_among(read: Read, user: UUID, rooms: Iterable[UUID]) -> dict[UUID, Grants]:
    """Those of these rooms that someone may read, and what else they may do there."""
    found = [*(await grants_of_many(read, [(user, room) for room in rooms])).values()]
    read.checks.append(partial(_hold_still, read.caches.of(AccessCache), found))
    return {held.resource: held for held in found if Permission.ROOM_READ in held.permissions}


async def member_rooms(read: Read, user: UUID) -> set[UUID]:
    """The rooms that someone is a member of and may read, in all their workspaces."""
    held = await room_grants_of(read, user)
    read.checks.append(partial(_hold_still, read.caches.of(AccessCache), held))
    return {grants.resource for grants in held if Permission.ROOM_READ in grants.permissions}


def _upwards(tree: Mapping[UUID, Any], resource: UUID | None) -> Iterator[UUID]:
    while resource is not None:
        yield resource
        resource = tree[resource].parent_id
