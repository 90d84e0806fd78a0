"""What a user is told on all their connections: that they are in a room now, or no longer."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.rooms.queries import room_seen_by
from talkoot.kernel.errors import NotFound
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.rooms.events import MemberLeft, MembersJoined
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus

_LOOKS = 5  # at most, while the access of whom it concerns keeps changing


class RoomNotices:
    """Publishes notices of the kinds `room.joined` and `room.left`."""

    def __init__(self, bus: Bus, uow: UnitOfWork) -> None:
        self._bus = bus
        self._uow = uow

    async def joined(self, event: MembersJoined) -> None:
        """They are members now; each who may read the room is told of it as they see it."""
        for user in event.users:
            await self._tell_joined(user, event.room)

    async def _tell_joined(self, user: UUID, room_id: UUID) -> None:
        for _ in range(_LOOKS):
            with suppress(NotFound):  # something was taken back while it was read
                if await self._told(user, room_id):
                    return

    async def _told(self, user: UUID, room_id: UUID) -> bool:
        """Whether all is said; not, if a `room.left` may have come in between."""
        async with self._uow.read() as read:
            grants = await grants_of(read, user, room_id)
            if grants is None or not grants.member or Permission.ROOM_READ not in grants.permissions:
                return True
            room = await room_seen_by(read, user, room_id)
        if not self._uow.caches.of(AccessCache).holds(grants):
            return False
        self._tell(user, f'{{"op":"notice","kind":"room.joined","room":{room.model_dump_json()}}}'.encode())
        return True

    def left(self, event: MemberLeft) -> None:
        """They are no members any more."""
        notice = {"op": "notice", "kind": "room.left", "room": event.room}
        self._tell(event.user, msgspec.json.encode(notice))

    def _tell(self, user: UUID, frame: bytes) -> None:
        self._bus.publish(Message("user", user, frame))
