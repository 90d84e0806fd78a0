"""Lineages from memory: the rules of a room are the same for all who come, and change far less often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from cachetools import LRUCache
from msgspec.structs import replace

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.facts import belonging_along, facts_of
from talkoot.chat.access.queries import lineages_of, versions_seen
from talkoot.kernel.transactions import Tx

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.facts import Facts
    from talkoot.chat.access.queries import Lineage
    from talkoot.kernel.transactions import Read

REMEMBERED = 20_000  # resources; some 2 KiB each


class KnownLineages:
    """The last lineage that was read of each resource; whether it still holds is for AccessCache to say."""

    def __init__(self) -> None:
        self.by_resource: LRUCache[UUID, Lineage] = LRUCache(REMEMBERED)


async def lineages_now(read: Read, resources: Collection[UUID]) -> dict[UUID, Lineage]:
    """The lineages of those that exist, as this transaction sees them.

    One from memory counts where all changes that this transaction sees were applied here, and none of them
    changed the rules: it is then as of the version that is seen. What writes may have changed rules itself.
    """
    if isinstance(read, Tx):
        return await lineages_of(read, resources)
    remembered = _remembered(read, resources)
    versions = await versions_seen(read, {lineage.workspace for lineage in remembered})
    found = _still_true(read, remembered, versions)
    if missing := [resource for resource in resources if resource not in found]:
        found |= _learned(read, await lineages_of(read, missing))
    return found


async def facts_now(read: Read, resources: Collection[UUID], users: Collection[UUID]) -> Facts:
    """The same, and what these people belong to on them: in one statement.

    It is two where all of them were remembered and there is a change that has not come here yet.
    """
    if isinstance(read, Tx):
        return await facts_of(read, resources, users)
    remembered = _remembered(read, resources)
    if len(remembered) == len(resources):
        versions, held = await belonging_along(read, remembered, users)
        found = _still_true(read, remembered, versions)
        if len(found) == len(resources):
            return found, held
    lineages, held = await facts_of(read, resources, users)
    return _learned(read, lineages), held


def _remembered(read: Read, resources: Collection[UUID]) -> list[Lineage]:
    """Those of which no change of the rules is known here that came after them."""
    access, known = read.caches.of(AccessCache), read.caches.of(KnownLineages).by_resource
    found = [lineage for resource in resources if (lineage := known.get(resource)) is not None]
    return [each for each in found if access.rules_hold(each.workspace, each.nodes, each.version)]


def _still_true(
    read: Read, remembered: Collection[Lineage], versions: Mapping[UUID, int]
) -> dict[UUID, Lineage]:
    """Those that hold in a view which sees these versions, as of them."""
    access = read.caches.of(AccessCache)
    access.notice_all(versions)
    found = {}
    for lineage in remembered:
        version = versions.get(lineage.workspace, -1)
        if access.up_to_date(lineage.workspace, version) and access.rules_hold(
            lineage.workspace, lineage.nodes, lineage.version
        ):
            found[lineage.resource] = (
                lineage if lineage.version == version else replace(lineage, version=version)
            )
    read.caches.of(KnownLineages).by_resource.update(found)
    return found


def _learned(read: Read, lineages: dict[UUID, Lineage]) -> dict[UUID, Lineage]:
    access = read.caches.of(AccessCache)
    for lineage in lineages.values():
        access.notice(lineage.workspace, lineage.version)
    read.caches.of(KnownLineages).by_resource.update(lineages)
    return lineages
