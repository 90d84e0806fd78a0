"""The operations `typing` and `presence`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from cachetools import TTLCache

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import TYPE
from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.presence.frames import Typing, TypingFrame, Watch
from talkoot.kernel.errors import Invalid
from talkoot.realtime.bus import Message
from talkoot.realtime.operations import Operation

if TYPE_CHECKING:
    from talkoot.chat.presence.acquaintance import Acquaintance
    from talkoot.chat.presence.frames import PresenceFrame
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.presence import PresenceStore

USERS = 200
TYPING_SECONDS = 1.0  # one sign of typing per connection and room in this time is enough


def operations(
    uow: UnitOfWork, bus: Bus, store: PresenceStore, acquaintance: Acquaintance
) -> list[Operation]:
    """What presence can do on the socket."""
    lately: TTLCache[tuple[UUID, UUID], bool] = TTLCache(100_000, TYPING_SECONDS)

    async def typing(connection: Connection, frame: Typing) -> None:
        actor = actor_of(connection)
        async with uow.read() as read:
            grants = await resource_for(read, actor, TYPE, frame.room)
        if (connection.id, frame.room) in lately:
            return
        lately[connection.id, frame.room] = True
        told = msgspec.json.encode(TypingFrame(frame.room, actor.user))
        # Rules may have been seen here that are not applied here yet.
        version = max(grants.version, uow.caches.of(AccessCache).applied(grants.workspace))
        bus.publish(_typing(frame.room, told, actor.user, grants.workspace, version))

    async def presence(connection: Connection, frame: Watch) -> PresenceFrame | None:
        actor = actor_of(connection)
        if frame.state is not None:
            store.set_state(actor.user, connection.id, frame.state)
        if frame.users is None:
            return None
        if len(frame.users) > USERS:
            raise Invalid.field("users", "too_many", f"At most {USERS} people can be watched")
        return await acquaintance.watch(connection, actor.user, frame.users)

    return [Operation("typing", Typing, typing), Operation("presence", Watch, presence)]


def _typing(room: UUID, frame: bytes, user: UUID, workspace: UUID, version: int) -> Message:
    """Told where everybody is known who may not hear it by now."""
    return Message("ephemeral", room, frame, except_user=user, scope=workspace, version=version)
