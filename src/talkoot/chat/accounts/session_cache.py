"""What this process remembers of live sessions, so that a request in the steady state asks no database.

An entry is dropped the moment its session or user is closed here or, over the bus, on another node; should
that message be lost, it is read again after `TTL` seconds at the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cachetools import TTLCache

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor

SESSIONS = 20_000
TTL = 10.0


class LiveSession(Value, frozen=True):
    """A session that holds, and whose it is; times in microseconds since the epoch."""

    actor: Actor
    display_name: str
    kind: str
    secret_hash: bytes | None
    last_seen_at: int
    expires_at: int
    must_enrol: bool = False
    """A second factor is asked of this person, and they have none: nothing else is open to them."""


class SessionCache:
    """Live sessions by their id. A reading that began before an invalidation is not remembered after it."""

    def __init__(self) -> None:
        self._live: TTLCache[UUID, LiveSession] = TTLCache(SESSIONS, TTL)
        self.generation = 0

    def get(self, session: UUID) -> LiveSession | None:
        """What is remembered of a session."""
        return self._live.get(session)

    def put(self, live: LiveSession, generation: int) -> None:
        """Remember what was read since that generation, unless something was dropped in between."""
        if generation == self.generation:
            self._live[live.actor.session] = live

    def forget(self, session: UUID) -> None:
        """This session was closed."""
        self.generation += 1
        self._live.pop(session, None)

    def forget_all(self) -> None:
        """Any of them may have been closed."""
        self.generation += 1
        self._live.clear()

    def forget_user(self, user: UUID) -> None:
        """All sessions of this user were closed."""
        self.generation += 1
        for session in [s for s, live in self._live.items() if live.actor.user == user]:
            self._live.pop(session, None)
