"""Which rooms somebody may search: remembered until something about access in the workspace changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cachetools import LRUCache
from sqlalchemy import select

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import readable_rooms
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.operations import SEARCH

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read

REMEMBERED = 10_000  # searchers


class ReadableRooms:
    """By user and workspace: the version of the workspace's rules, and the rooms that could be read by it."""

    def __init__(self) -> None:
        self.known: LRUCache[tuple[UUID, UUID], tuple[int, frozenset[UUID]]] = LRUCache(REMEMBERED)


async def rooms_to_search(read: Read, actor: Actor, workspace: UUID) -> frozenset[UUID]:
    """The rooms of a workspace that the actor may read; NotFound for who is not in it."""
    await resource_for(read, actor, SEARCH, workspace)
    version: int = (
        await read.connection.scalar(select(Workspace.access_version).where(Workspace.id == workspace)) or 0
    )
    known = read.caches.of(ReadableRooms).known
    remembered = known.get((actor.user, workspace))
    if remembered is not None and remembered[0] == version:
        return remembered[1]
    rooms = frozenset(await readable_rooms(read, actor.user, workspace))
    known[actor.user, workspace] = (version, rooms)
    return rooms
