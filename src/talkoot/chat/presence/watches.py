"""Which connections want to know of whose presence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection


class PresenceWatches:
    """Both ways round: from a user to the connections that watch, and from a connection to its users."""

    def __init__(self) -> None:
        self._watchers: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self._watched: dict[Connection, set[UUID]] = {}

    def replace(self, connection: Connection, users: Iterable[UUID]) -> None:
        """From now on this connection is told of these users, and of no others."""
        self.forget(connection)
        if connection.closing:
            return
        self._watched[connection] = set(users)
        for user in self._watched[connection]:
            self._watchers[user].add(connection)

    def forget(self, connection: Connection) -> None:
        """This connection is told nothing more."""
        for user in self._watched.pop(connection, ()):
            self._watchers[user].discard(connection)
            if not self._watchers[user]:
                del self._watchers[user]

    def tell(self, user: UUID, state: str) -> None:
        """Someone's presence has changed."""
        if user in self._watchers:
            frame = msgspec.json.encode({"op": "presence", "users": {str(user): state}})
            for connection in list(self._watchers[user]):
                connection.send(frame, ephemeral=True)
