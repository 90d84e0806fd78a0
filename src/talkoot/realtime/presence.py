"""Who is there: soft state that dies with its heartbeat and never touches a database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal, Protocol
from uuid import UUID

Presence = Literal["online", "away", "offline"]
Chosen = Literal["online", "away"]
Change = Callable[[UUID, Presence], None]

LIFE = 60.0
"""Seconds that an entry lives after its last heartbeat."""


class PresenceStore(Protocol):
    """Presence of users, each the sum of their connections on all nodes."""

    def connected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user opened, or gave a sign of life."""
        ...

    def disconnected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user ended."""
        ...

    def set_state(self, user: UUID, connection: UUID, state: Chosen) -> None:
        """What the user does on this connection."""
        ...

    def state_of(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """The presence of each of these users; who is unknown is offline."""
        ...

    def listen(self, change: Change) -> None:
        """Call this whenever a user's presence becomes another."""
        ...

    def expire(self) -> None:
        """Forget who gave no sign of life for a minute; called every few seconds."""
        ...


class MemoryPresence:
    """Presence on a single node: per user, each connection's state and when it was last heard."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._users: dict[UUID, dict[UUID, tuple[Chosen, float]]] = {}
        self._listeners: list[Change] = []

    def connected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user opened, or gave a sign of life."""
        known = self._users.get(user, {}).get(connection)
        self._put(user, connection, known[0] if known else "online")

    def disconnected(self, user: UUID, connection: UUID) -> None:
        """A connection of this user ended."""
        if connection in self._users.get(user, {}):
            before = self._state(user)
            self._users[user].pop(connection)
            self._changed(user, before)

    def set_state(self, user: UUID, connection: UUID, state: Chosen) -> None:
        """What the user does on this connection."""
        self._put(user, connection, state)

    def state_of(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """The presence of each of these users; who is unknown is offline."""
        return {user: self._state(user) for user in users}

    def listen(self, change: Change) -> None:
        """Call this whenever a user's presence becomes another."""
        self._listeners.append(change)

    def expire(self) -> None:
        """Forget connections that gave no sign of life for a minute."""
        oldest = self._clock() - LIFE
        for user, connections in list(self._users.items()):
            dead = [connection for connection, (_, heard) in connections.items() if heard < oldest]
            for connection in dead:
                self.disconnected(user, connection)

    def _put(self, user: UUID, connection: UUID, state: Chosen) -> None:
        before = self._state(user)
        self._users.setdefault(user, {})[connection] = (state, self._clock())
        self._changed(user, before)

    def _state(self, user: UUID) -> Presence:
        states = {state for state, _ in self._users.get(user, {}).values()}
        return "online" if "online" in states else "away" if states else "offline"

    def _changed(self, user: UUID, before: Presence) -> None:
        now = self._state(user)
        if now == "offline":
            self._users.pop(user, None)
        if now != before:
            for change in self._listeners:
                change(user, now)
