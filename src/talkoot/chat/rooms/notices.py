"""What a user is told on all their connections: that they are in a room now, or no longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.rooms.queries import room_seen_with
from talkoot.kernel.errors import NotFound
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.rooms.events import MemberLeft, MembersJoined
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus

_READ = Permission.ROOM_READ
_LOOKS = 5  # at most, while the access of whom it concerns keeps changing


class RoomNotices:
    """Publishes notices of the kinds `room.joined` and `room.left`."""

    def __init__(self, bus: Bus, uow: UnitOfWork) -> None:
        self._bus = bus
        self._uow = uow

    async def joined(self, event: MembersJoined) -> None:
        """They are members now; each who may read the room is told of it as they see it."""
        waiting: Sequence[UUID] = event.users
        for _ in range(_LOOKS):
            if waiting:
                waiting = await self._tell_joined(waiting, event.room)

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
                self._tell(held.user, notice.encode())
            else:  # a `room.left` may have come in between
                changed.append(held.user)
        return changed

    def left(self, event: MemberLeft) -> None:
        """They are no members any more."""
        notice = {"op": "notice", "kind": "room.left", "room": event.room}
        self._tell(event.user, msgspec.json.encode(notice))

    def _tell(self, user: UUID, frame: bytes) -> None:
        self._bus.publish(Message("user", user, frame))
