"""Where rooms stand in the database: for what the bus may have lost."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from talkoot.chat.rooms.models import Room
from talkoot.kernel.log import Log, LogEvent
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_STANDING = (
    select(Log.id, Log.head, Log.count, Room.workspace_id, LogEvent.fence)
    .join(Room, Room.id == Log.id)
    .join(LogEvent, and_(LogEvent.log == Log.id, LogEvent.seq == Log.head))
    .where(Log.id.in_(bindparam("rooms", expanding=True)))
)


async def standing_of(read: Read, rooms: Collection[UUID]) -> list[Message]:
    """For each room in which something was said how far its log reaches, as the bus would tell it."""
    if not rooms:
        return []
    found = await read.connection.execute(_STANDING, {"rooms": [*rooms]})
    return [
        Message("head", room, b"", seq=head, count=count, scope=workspace, version=fence)
        for room, head, count, workspace, fence in found
    ]
