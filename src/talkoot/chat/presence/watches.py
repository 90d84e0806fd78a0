"""Which connections want to know of whose presence."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.presence import PresenceStore


_REMEMBERED = 1000  # tellings of statuses


class PresenceWatches:
    """Both ways round: from a user to the connections that watch, and from a connection to its users."""

    def __init__(self, store: PresenceStore) -> None:
        self._store = store
        self._watchers: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self._watched: dict[Connection, set[UUID]] = {}
        self.statuses_told = 0
        """Who reads statuses keeps it, and then asks `was_told`."""
        self._last_told: deque[UUID] = deque(maxlen=_REMEMBERED)

    def replace(self, connection: Connection, users: Iterable[UUID]) -> None:
        """From now on this connection is told of these users, and of no others."""
        self.forget(connection)
        if connection.closing:
            return
        self._watched[connection] = set()
        self.add(connection, users)

    def add(self, connection: Connection, users: Iterable[UUID]) -> None:
        """This connection, which has a list, is told of these users too."""
        for user in users:
            if user not in self._watchers:
                self._store.watch(user)
            self._watched[connection].add(user)
            self._watchers[user].add(connection)

    def is_told_of(self, connection: Connection, user: UUID) -> bool:
        """Whether this connection watches this user now."""
        return user in self._watched.get(connection, ())

    def is_list_of(self, connection: Connection, watched: set[UUID]) -> bool:
        """Whether this connection has still the list that `part` took someone from."""
        return self._watched.get(connection) is watched

    def part(self, users: Collection[UUID]) -> list[tuple[Connection, set[UUID], set[UUID]]]:
        """Tell these users of nobody else, and nobody else of them: connection, list, and who was taken."""
        parted = []
        for connection, watched in self._watched.items():
            own = connection.identity.user if connection.identity else None
            taken = (watched if own in users else watched.intersection(users)) - {own}
            if taken:
                parted.append((connection, watched, taken))
        for connection, watched, taken in parted:
            watched.difference_update(taken)
            for user in taken:
                self._unlist(connection, user)
        return parted

    def forget(self, connection: Connection) -> None:
        """This connection is told nothing more."""
        for user in self._watched.pop(connection, ()):
            self._unlist(connection, user)

    def _unlist(self, connection: Connection, user: UUID) -> None:
        self._watchers[user].discard(connection)
        if not self._watchers[user]:
            del self._watchers[user]
            self._store.unwatch(user)

    def tell(self, user: UUID, state: str) -> None:
        """Someone's presence has changed."""
        if user in self._watchers:
            frame = _frame(user, state)
            for connection in list(self._watchers[user]):
                connection.send(frame, ephemeral=True)

    def tell_who(self, user: UUID, username: str, display_name: str, *, bot: bool) -> None:
        """Someone has another name now: those who watch them show it."""
        who = {"id": user, "username": username, "display_name": display_name, "bot": bot}
        frame = msgspec.json.encode({"op": "notice", "kind": "person", "user": who})
        for connection in list(self._watchers.get(user, ())):
            connection.send(frame)

    def tell_status(self, user: UUID, status: bytes) -> None:
        """Someone shows something else beside their name; `status` is a `UserStatus` in JSON."""
        self.statuses_told += 1
        self._last_told.append(user)
        for connection in list(self._watchers.get(user, ())):
            connection.send(_status_frame(user, status))

    def was_told(self, users: Collection[UUID], since: int) -> bool:
        """Whether a status of one of these was told after `statuses_told` was `since`: it is read again."""
        told = self.statuses_told - since
        if told > _REMEMBERED:
            return True
        return any(user in users for user in islice(reversed(self._last_told), told))

    def tell_one_status(self, connection: Connection, user: UUID, status: bytes) -> None:
        """Tell one connection what someone shows beside their name."""
        connection.send(_status_frame(user, status))

    def tell_one(self, connection: Connection, user: UUID, state: str) -> None:
        """Tell one connection how someone is."""
        connection.send(_frame(user, state), ephemeral=True)


def _frame(user: UUID, state: str) -> bytes:
    return msgspec.json.encode({"op": "presence", "users": {str(user): state}})


def _status_frame(user: UUID, status: bytes) -> bytes:
    notice = {"op": "notice", "kind": "status", "user": user, "status": msgspec.Raw(status)}
    return msgspec.json.encode(notice)
