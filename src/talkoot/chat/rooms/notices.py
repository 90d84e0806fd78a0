"""What a user is told on all their connections: that they are in a room now, or no longer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.rooms.queries import room_seen_with
from talkoot.kernel.errors import NotFound
from talkoot.realtime.bus import Message, control_message

if TYPE_CHECKING:
    from talkoot.chat.rooms.events import MemberLeft, MembersJoined
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.hub import Hub

_READ = Permission.ROOM_READ
JOINED = "room.joined"
"""The control message that says: these users are in this room now."""
_LOOKS = 5  # at most, while the access of whom it concerns keeps changing


class RoomNotices:
    """Tells notices of the kinds `room.joined` and `room.left`.

    That somebody has joined is told to the servers only. Each looks for itself how its own people see the
    room at that moment: nobody is shown a room that they have lost meanwhile, and `room.left` comes last.
    """

    def __init__(
        self, bus: Bus, hub: Hub, uow: UnitOfWork, spawn: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        self._bus, self._hub, self._uow, self._spawn = bus, hub, uow, spawn

    def joined(self, event: MembersJoined) -> None:
        """They are members now: let every server tell those of them who are connected there."""
        users = " ".join(map(str, event.users))
        self._bus.publish(control_message(JOINED, room=event.room, users=users))

    def look(self, said: dict[str, str]) -> None:
        """The control message: each who is here, and may read the room, is told of it as they see it."""
        users = [user for user in map(UUID, said["users"].split()) if self._hub.connections_of(user)]
        if users:
            self._spawn(self._look(UUID(said["room"]), users))

    async def _look(self, room: UUID, users: Sequence[UUID]) -> None:
        for _ in range(_LOOKS):
            if users:
                users = await self._tell_joined(users, room)

    async def _tell_joined(self, users: Sequence[UUID], room_id: UUID) -> Sequence[UUID]:
        """Those to look at again: something was taken back while it was read."""
        try:
            async with self._uow.read() as read:
                grants = await grants_of_many(read, [(user, room_id) for user in users])
                inside = [held for held in grants.values() if held.member and _READ in held.permissions]
                rooms = await room_seen_with(read, room_id, inside) if inside else []
        except NotFound:
            return users
        cache, changed = self._uow.caches.of(AccessCache), []
        for held, room in zip(inside, rooms, strict=True):
            if cache.holds(held):
                notice = f'{{"op":"notice","kind":"room.joined","room":{room.model_dump_json()}}}'
                self._hub.deliver_to_user(held.user, notice.encode())
            else:  # a `room.left` may have come in between
                changed.append(held.user)
        return changed

    def left(self, event: MemberLeft) -> None:
        """They are no members any more; told where it is known, so that no `room.joined` comes after it."""
        frame = msgspec.json.encode({"op": "notice", "kind": "room.left", "room": event.room})
        self._bus.publish(Message("user", event.user, frame, scope=event.workspace, version=event.version))
