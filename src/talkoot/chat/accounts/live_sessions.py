"""Which sessions hold: remembered, or read together with all others that are asked for at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from talkoot.chat.accounts.actions import touch_sessions
from talkoot.chat.accounts.queries import live_among, live_query
from talkoot.chat.accounts.session_cache import SessionCache
from talkoot.kernel.clock import MINUTE
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.together import Together

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from talkoot.chat.accounts.session_cache import LiveSession
    from talkoot.kernel.context import Kernel

TOUCHED_EVERY = 10 * MINUTE
AT_ONCE = 64  # sessions in one reading: bounds for how long a storm of hellos keeps the event loop


class LiveSessions:
    """The one way to a session, for requests and hellos alike.

    Who has waited `admission_seconds` for it comes back later, instead of waiting with ever more others.
    """

    def __init__(self, kernel: Kernel, obliged: ColumnElement[bool]) -> None:
        self._kernel = kernel
        self._query = live_query(obliged)
        self._cache = SessionCache()
        self._reading: Together[UUID, LiveSession | None] = Together(
            self._read, at_once=AT_ONCE, patience=kernel.settings.admission_seconds
        )

    async def find(self, session: UUID) -> LiveSession | None:
        """A session that is not closed; RateLimited when too many ask at the same moment."""
        return self._cache.get(session) or await self._reading.ask(session)

    def forget(self, session: UUID) -> None:
        """This session was closed."""
        self._cache.forget(session)

    def forget_all(self) -> None:
        """Any of them may have been closed."""
        self._cache.forget_all()

    def forget_user(self, user: UUID) -> None:
        """All sessions of this user were closed, or are described anew."""
        self._cache.forget_user(user)

    async def _read(self, sessions: Sequence[UUID]) -> list[LiveSession | None]:
        generation, now = self._cache.generation, self._kernel.clock.now()
        async with self._kernel.uow.read() as read:
            found = await live_among(read, self._query, set(sessions), now)
        unseen = sorted(id_ for id_, live in found.items() if live.last_seen_at + TOUCHED_EVERY <= now)
        if unseen:
            found |= await self._touched(unseen, found, now)
        for live in found.values():
            self._cache.put(live, generation)
        return [found.get(session) for session in sessions]

    async def _touched(
        self, sessions: list[UUID], found: dict[UUID, LiveSession], now: int
    ) -> dict[UUID, LiveSession]:
        touch = partial(touch_sessions, sessions=sessions, days=self._kernel.settings.session_days)
        try:
            expires = await self._kernel.uow.run(touch)
        except TalkootError:  # a full disk must not stop people from reading
            return {}
        return {id_: replace(found[id_], last_seen_at=now, expires_at=end) for id_, end in expires.items()}
