"""What a user is told on all their connections: that they are in a room now, or no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.rooms.queries import room_seen_by
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.rooms.events import MemberLeft, MembersJoined
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus


class RoomNotices:
    """Publishes notices of the kinds `room.joined` and `room.left`."""

    def __init__(self, bus: Bus, uow: UnitOfWork) -> None:
        self._bus = bus
        self._uow = uow

    async def joined(self, event: MembersJoined) -> None:
        """They are members now; each is told of the room as they see it."""
        for user in event.users:
            async with self._uow.read() as read:
                room = await room_seen_by(read, user, event.room)
            self._tell(
                user, f'{{"op":"notice","kind":"room.joined","room":{room.model_dump_json()}}}'.encode()
            )

    def left(self, event: MemberLeft) -> None:
        """They are no members any more."""
        notice = {"op": "notice", "kind": "room.left", "room": event.room}
        self._tell(event.user, msgspec.json.encode(notice))

    def _tell(self, user: UUID, frame: bytes) -> None:
        self._bus.publish(Message("user", user, frame))
