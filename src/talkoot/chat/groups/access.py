"""Which rooms of a rule somebody is shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import read_grants

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def rooms_to_see(read: Read, user: UUID, rooms: Collection[UUID]) -> set[UUID]:
    """Those of these rooms that someone may read."""
    held = await read_grants(read, {(user, room) for room in rooms}) if rooms else {}
    return {room for (_, room), grants in held.items() if Permission.ROOM_READ in grants.permissions}
