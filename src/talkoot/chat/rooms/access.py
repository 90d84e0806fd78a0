"""The doors to rooms: the only ways to get at one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.doors import allows, resource_for
from talkoot.chat.access.grants import readable_among
from talkoot.chat.access.operations import LIST_MESSAGES, SEND_MESSAGE, Operation
from talkoot.chat.rooms.models import Room

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Caches, Read


async def room_to_read(read: Read, actor: Actor, room: UUID, operation: Operation) -> Grants:
    """A room in which the actor may do this, without anybody's access being changed by it."""
    return await resource_for(read, actor, operation, room, exclusive=False)


async def rooms_to_read(read: Read, actor: Actor, rooms: Collection[UUID], operation: Operation) -> set[UUID]:
    """Those of these rooms in which the actor may do this: asked for all at once."""
    held = await readable_among(read, actor.user, rooms)
    return {room for room, grants in held.items() if allows(grants, operation, actor.limits)}


def may_read_now(caches: Caches, actor: Actor, room: UUID) -> bool:
    """Whether it is known, without a look into the database, that the actor may see this room at this moment.

    It holds for what is read before anything else is awaited. Where others write to the database it is not
    known: they may have changed it.
    """
    if caches.shared:
        return False
    return allows(caches.of(AccessCache).get(room, actor.user), LIST_MESSAGES, actor.limits)


def seems_to_post(caches: Caches, actor: Actor, room: UUID) -> bool:
    """Whether it is remembered that the actor may post: enough to count by, and nothing else."""
    return allows(caches.of(AccessCache).get(room, actor.user), SEND_MESSAGE, actor.limits)


async def room_to_change(
    read: Read, actor: Actor, room: UUID, operation: Operation, *, own: bool = False
) -> Room:
    """A room with which the actor may do this, and its row; `own` if it is about their own membership."""
    await resource_for(read, actor, operation, room, own=own)
    return await read.session.get_one(Room, room)
