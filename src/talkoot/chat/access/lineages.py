"""Lineages from memory: the rules of a room are the same for all who come, and change far less often."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from cachetools import LRUCache

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.queries import lineages_of, versions_seen
from talkoot.kernel.transactions import Tx

if TYPE_CHECKING:
    from uuid import UUID

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
    access, known = read.caches.of(AccessCache), read.caches.of(KnownLineages).by_resource
    remembered = [lineage for resource in resources if (lineage := known.get(resource)) is not None]
    versions = await versions_seen(read, {lineage.workspace for lineage in remembered})
    access.notice_all(versions)
    found = {}
    for lineage in remembered:
        version = versions.get(lineage.workspace, -1)
        if access.up_to_date(lineage.workspace, version) and access.rules_hold(
            lineage.workspace, lineage.resource, lineage.version
        ):
            found[lineage.resource] = (
                lineage if lineage.version == version else replace(lineage, version=version)
            )
    if missing := [resource for resource in resources if resource not in found]:
        fresh = await lineages_of(read, missing)
        for lineage in fresh.values():
            access.notice(lineage.workspace, lineage.version)
        found |= fresh
    known.update(found)
    return found
