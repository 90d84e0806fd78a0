"""The doors to rooms: the only ways to get at one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.doors import room_for
from talkoot.chat.access.permissions import Permission
from talkoot.chat.rooms.models import Room

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Caches, Read


async def room_to_read(read: Read, actor: Actor, room: UUID) -> Grants:
    """A room whose messages and people the actor may see."""
    return await room_for(read, actor, room, Permission.ROOM_READ, exclusive=False)


def may_read_now(caches: Caches, actor: Actor, room: UUID) -> bool:
    """Whether it is known, without a look into the database, that the actor may see this room at this moment.

    It holds for what is read before anything else is awaited. Where others write to the database it is not
    known: they may have changed it.
    """
    if caches.shared:
        return False
    grants = caches.of(AccessCache).get(room, actor.user)
    return grants is not None and grants.kind == "room" and Permission.ROOM_READ in grants.permissions


async def room_to_join(read: Read, actor: Actor, room: UUID) -> Room:
    """A room that the actor may enter by themselves."""
    return await _opened(read, actor, room, Permission.ROOM_JOIN)


async def room_to_invite_to(read: Read, actor: Actor, room: UUID) -> Room:
    """A room to which the actor may add people."""
    return await _opened(read, actor, room, Permission.ROOM_INVITE)


async def room_to_manage(read: Read, actor: Actor, room: UUID) -> Room:
    """A room that the actor may rename, archive, and remove people from."""
    return await _opened(read, actor, room, Permission.ROOM_MANAGE)


async def room_to_leave(read: Read, actor: Actor, room: UUID) -> Room:
    """A room that the actor may see, and so walk out of."""
    return await _opened(read, actor, room, Permission.ROOM_READ)


async def _opened(read: Read, actor: Actor, room: UUID, permission: Permission) -> Room:
    await room_for(read, actor, room, permission)
    return await read.session.get_one(Room, room)
