"""Grants as the database has them: of many people on many resources, in one statement however many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.cache import AccessCache, Grants
from talkoot.chat.access.lineages import facts_now, lineages_now
from talkoot.chat.access.permissions import ARCHIVED, Permission
from talkoot.chat.access.queries import versions_seen
from talkoot.chat.access.resolution import Standing, decide, everyone_reads, granted, taken_away
from talkoot.chat.access.standings import memberships_of
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.transactions import Tx

if TYPE_CHECKING:
    from talkoot.chat.access.queries import Lineage
    from talkoot.kernel.transactions import Read

Key = tuple[UUID, UUID]
_CLOCK = SystemClock()


async def read_grants(read: Read, wanted: Collection[Key]) -> dict[Key, Grants]:
    """What each (user, resource) allows; those of which the resource does not exist are left out."""
    if not wanted:
        return {}
    lineages, held = await facts_now(read, {resource for _, resource in wanted}, {user for user, _ in wanted})
    public = read.caches.of(AccessCache).public
    return {
        (user, resource): evaluate(lineage, held[user].along(lineage), public=public)
        for user, resource in wanted
        if (lineage := lineages.get(resource)) is not None
    }


async def grants_of_many(read: Read, wanted: Iterable[Key]) -> dict[Key, Grants]:
    """The same, from memory where that is as new as what this transaction sees of everything else.

    Nobody is asked again when the reading ends: who uses this sees to changes in the meantime. What a
    transaction finds that writes is not remembered, for the rules that it sees may never be committed.
    """
    cache, certain = read.caches.of(AccessCache), not isinstance(read, Tx)
    keys = set(wanted)
    known = {key: grants for key in keys if (grants := cache.get(key[1], key[0])) is not None}
    versions = await versions_seen(read, {grants.workspace for grants in known.values()})
    if certain:
        cache.notice_all(versions)
    current = {found for found, version in versions.items() if cache.up_to_date(found, version)}
    found = {
        key: grants for key, grants in known.items() if grants.workspace in current and cache.holds(grants)
    }
    if missing := keys - found.keys():
        found |= (fresh := await read_grants(read, missing))
        for grants in fresh.values() if certain else ():
            cache.put(grants)
    return found


async def room_grants_of(read: Read, user: UUID) -> list[Grants]:
    """What someone may do in each of the rooms that they are a member of."""
    cache = read.caches.of(AccessCache)
    rooms = await _rooms_of(read, [user])
    found = [evaluate(lineage, standing, public=cache.public) for lineage, standing in rooms]
    for grants in found:
        cache.put(grants)
    return found


async def readable_rooms_of(read: Read, users: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The rooms that each of these people is a member of and may read."""
    rooms: dict[UUID, set[UUID]] = {user: set() for user in users}
    for lineage, standing in await _rooms_of(read, users):
        inside = lineage.workspace in standing.memberships
        taken, _ = taken_away(standing, lineage.nodes, _CLOCK.now())
        read_it = Permission.ROOM_READ not in taken and inside
        if read_it and decide(lineage.entries, standing, Permission.ROOM_READ).allowed:
            rooms[standing.user].add(lineage.resource)
    return rooms


async def _rooms_of(read: Read, users: Collection[UUID]) -> list[tuple[Lineage, Standing]]:
    held = await memberships_of(read, users)
    lineages = await lineages_now(read, {resource for mine in held.values() for resource in mine.roles})
    return [
        (lineage, mine.along(lineage))
        for mine in held.values()
        for resource in mine.roles
        if (lineage := lineages[resource]).kind == "room"
    ]


def evaluate(lineage: Lineage, standing: Standing, *, public: bool = False) -> Grants:
    """What someone may do there, who stands like this; `public` where others may read what everyone may."""
    # Whoever is not in the workspace has nothing in it, whatever an entry may still say of them.
    inside = lineage.workspace in standing.memberships
    permissions = granted(lineage.entries, standing) if inside else frozenset()
    taken, until = taken_away(standing, lineage.nodes, _CLOCK.now())
    permissions -= taken
    return Grants(
        user=standing.user,
        resource=lineage.resource,
        kind=lineage.kind,
        workspace=lineage.workspace,
        version=lineage.version,
        member=lineage.resource in standing.memberships,
        permissions=permissions - ARCHIVED if lineage.archived else permissions,
        moderated=lineage.moderated,
        posts=lineage.posts,
        attentive=lineage.attentive,
        open=public and not inside and lineage.kind == "room" and everyone_reads(lineage.entries),
        until=until,
        room=lineage.nodes[1] if lineage.kind == "thread" else None,
    )
