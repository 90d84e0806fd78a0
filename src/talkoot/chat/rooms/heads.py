"""Which rooms a connection is told the heads of: all that its user is a member of and may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.looking import look_at_each
from talkoot.chat.access.reading import readable_rooms_of
from talkoot.chat.rooms.standing import standing_of
from talkoot.kernel.together import Together
from talkoot.realtime.close_codes import CloseCode

if TYPE_CHECKING:
    from talkoot.chat.access.events import AccessChanged
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Listener, Message
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub

AT_ONCE = 64  # users in one reading

_Watched = tuple[set[UUID], "Sequence[Message]"]  # rooms, and how far those reach that nobody was told of


class RoomHeads:
    """Keeps what connections watch in step with what their users may know of."""

    def __init__(self, hub: Hub, uow: UnitOfWork, connections: Collection[Connection]) -> None:
        self._hub = hub
        self._uow = uow
        self._connections = connections
        self.deliver: Listener = hub.receive
        """Where it goes how far rooms reach, which nobody here was told of yet."""
        self._reading: Together[UUID, _Watched] = Together(self._read, at_once=AT_ONCE)
        self._looks: dict[Connection, object] = {}  # under way; a change in the meantime takes them out

    def hold_back(self, change: AccessChanged) -> list[Connection]:
        """Stop watching what the change may concern; the connections that `watch` is to look at again."""
        held = []
        for connection in self._concerned(change):
            self._looks.pop(connection, None)
            watched = connection.watched or set()
            self._hub.watch(connection, watched - {change.resource} if change.kind == "room" else ())
            held.append(connection)
        return held

    async def watch(self, connections: Iterable[Connection]) -> None:
        """Watch what the users of these connections are members of and may read."""
        for connection in await look_at_each(self._watch, connections, what="The rooms of a connection"):
            connection.close(CloseCode.INTERNAL)  # it would miss their heads; another one can resume

    async def _watch(self, connection: Connection) -> None:
        identity = connection.identity
        if identity is None or connection.closing or not identity.told:
            return
        look = self._looks[connection] = object()
        try:
            rooms, standing = await self._reading.ask(identity.user)
            if self._looks.get(connection) is look and not connection.closing:
                self._hub.watch(connection, rooms)
                for message in standing:
                    self.deliver(message)
        finally:
            if self._looks.get(connection) is look:
                del self._looks[connection]

    async def _read(self, users: Sequence[UUID]) -> list[_Watched]:
        async with self._uow.read() as read:
            rooms = await readable_rooms_of(read, set(users))
            standing: Sequence[Message] = ()
            if self._uow.caches.shared:  # else nothing is lost, and nobody compares
                everything = set[UUID]().union(*rooms.values())
                standing = await standing_of(read, [r for r in everything if not self._hub.head_of(r)])
        return [(rooms[user], [each for each in standing if each.topic in rooms[user]]) for user in users]

    def _concerned(self, change: AccessChanged) -> list[Connection]:
        if change.users:
            return [connection for user in change.users for connection in self._hub.connections_of(user)]
        return [
            connection
            for connection in self._connections
            if connection in self._looks
            or (connection.watched and (change.kind != "room" or change.resource in connection.watched))
        ]
