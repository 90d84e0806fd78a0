"""Who is there: soft state that dies with its heartbeat and never touches a database."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
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

    def watch(self, user: UUID) -> None:
        """Listeners want to know of this user; ask `state_of` after this, to know how they are now."""
        ...

    def unwatch(self, user: UUID) -> None:
        """Listeners need to know nothing more of this user."""
        ...

    def told(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """How users are, who are watched or were until now, as far as the listeners were told."""
        ...

    async def state_of(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """The presence of each of these users on all nodes; who is unknown is offline."""
        ...

    def listen(self, change: Change) -> None:
        """Call this whenever the presence of a user who is watched becomes another."""
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
            before = self.state(user)
            self._users[user].pop(connection)
            self._changed(user, before)

    def set_state(self, user: UUID, connection: UUID, state: Chosen) -> None:
        """What the user does on this connection."""
        self._put(user, connection, state)

    def watch(self, user: UUID) -> None:
        """Nothing to do: listeners are told of everybody here."""

    def unwatch(self, user: UUID) -> None:
        """Nothing to do: listeners are told of everybody here."""

    def told(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """How these users are: listeners are told at once."""
        return {user: self.state(user) for user in users}

    async def state_of(self, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """The presence of each of these users; who is unknown is offline."""
        return self.told(users)

    def state(self, user: UUID) -> Presence:
        """The presence of one user."""
        states = {state for state, _ in self._users.get(user, {}).values()}
        return "online" if "online" in states else "away" if states else "offline"

    @property
    def users(self) -> Collection[UUID]:
        """Who is there."""
        return self._users.keys()

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
        before = self.state(user)
        self._users.setdefault(user, {})[connection] = (state, self._clock())
        self._changed(user, before)

    def _changed(self, user: UUID, before: Presence) -> None:
        now = self.state(user)
        if now == "offline":
            self._users.pop(user, None)
        if now != before:
            for change in self._listeners:
                change(user, now)
