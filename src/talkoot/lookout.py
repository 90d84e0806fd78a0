"""What the bus may have lost is looked for in the database: from time to time, and at once after a gap.

In a cluster only: a single process loses nothing, and is told to look when something was too much to be kept.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.queries import versions_seen
from talkoot.chat.accounts.queries import sessions_revoked_lately
from talkoot.chat.rooms.standing import standing_of
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.log import Redacted
from talkoot.kernel.log_tails import LogTails
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.chat.accounts.live_sessions import LiveSessions
    from talkoot.chat.messages.timelines import Timelines
    from talkoot.fence import Fence
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Message
    from talkoot.realtime.hub import Hub

log = logging.getLogger("talkoot.lookout")

AT_ONCE = 500  # rooms, or workspaces, in one statement
SESSIONS_EVERY = 1.0  # seconds: who was signed out elsewhere is shut out here within two
NAMES_EVERY = 4  # looks: so long a changed name may be old in remembered pages, if nobody told of it
_COMMIT = 60.0  # seconds that a commit may take after a session was marked as revoked
_PAUSE = 1.0  # seconds, after a question that was not answered


class Lookout(State):
    """Looks at heads and access rules every `seconds` at the latest, at revoked sessions every second."""

    uow: UnitOfWork
    clock: Clock
    hub: Hub
    fence: Fence
    sessions: LiveSessions
    timelines: Timelines
    seconds: float
    clustered: bool
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _revoked: set[UUID] = field(default_factory=set)
    _looked_at: float = 0.0

    def start(self) -> None:
        """Begin to look."""
        self._looked_at = self.clock.monotonic()
        wanted: list[tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]] = [
            (self._next_look, self._look_until_answered)
        ]
        if self.clustered:
            wanted += [(_sessions_due, self._look_at_sessions), (self._names_due, self._forget_names)]
        self._tasks = [asyncio.create_task(_again_and_again(*each)) for each in wanted]

    async def close(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def look_now(self) -> None:
        """Something may have been lost a moment ago."""
        self._wake.set()

    async def _look_until_answered(self) -> None:
        try:
            await self.look()
        except Exception:
            self._wake.set()  # whoever asked for it asks once
            raise

    async def look(self) -> None:
        """Find what is behind here: access rules of workspaces, then rooms that somebody is told of.

        Or what is ahead of the database: then that has lost something, or the bus has told what never was.
        """
        access = self.uow.caches.of(AccessCache)
        for some in _portions(access.workspaces):
            applied = {workspace: access.applied(workspace) for workspace in some}
            async with self.uow.read() as read:
                versions = await versions_seen(read, some)
            for workspace, version in versions.items():
                if version < applied[workspace]:
                    self.fence.step_back(workspace, version)
            access.notice_all(versions)
        for some in _portions(self.hub.topics):
            told = {room: self.hub.head_of(room) for room in some}
            async with self.uow.read() as read:
                standing = await standing_of(read, some)
            for message in standing:
                if message.seq < told[message.topic]:
                    self._step_back(message)
                elif message.seq > self.hub.head_of(message.topic):
                    self.fence.receive(message)

    def _step_back(self, standing: Message) -> None:
        """The positions behind this one will be given to other events: what is known of them is wrong."""
        log.error("Room %s ends before what was told of it: those who are beyond begin anew", standing.topic)
        tails = self.uow.caches.of(LogTails)
        tails.redacted(Redacted(standing.topic))  # in Redis too
        tails.forget_all()
        self.timelines.forget_all()
        self.hub.step_back(standing.topic, standing.seq, standing.count)

    async def _next_look(self) -> None:
        """Not all servers at the same moment."""
        patience = self.seconds * random.uniform(0.7, 1.0) if self.clustered else None  # noqa: S311 - no secret
        try:
            await asyncio.wait_for(self._wake.wait(), patience)
        except TimeoutError:
            return
        self._wake.clear()

    async def _look_at_sessions(self) -> None:
        """Shut out those whose session was revoked lately, though nobody told of it."""
        now = self.clock.monotonic()
        within = round((now - self._looked_at + _COMMIT) * SECOND)
        async with self.uow.read() as read:
            revoked = await sessions_revoked_lately(read, within, self.clock.now())
        for session in revoked - self._revoked:
            self.sessions.forget(session)
            self.hub.close_session(session)
        self._revoked = revoked
        self._looked_at = now

    async def _names_due(self) -> None:
        await asyncio.sleep(NAMES_EVERY * self.seconds)

    async def _forget_names(self) -> None:
        self.timelines.forget_all()


async def _sessions_due() -> None:
    await asyncio.sleep(SESSIONS_EVERY)


async def _again_and_again(due: Callable[[], Awaitable[None]], look: Callable[[], Awaitable[None]]) -> None:
    while True:
        await due()
        try:
            await look()
        except TalkootError as error:
            log.warning("What the bus may have lost could not be looked up: %s", error.detail)
            await asyncio.sleep(_PAUSE)
        except Exception:
            log.exception("What the bus may have lost could not be looked up")
            await asyncio.sleep(_PAUSE)


def _portions(those: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(those), AT_ONCE):
        yield those[start : start + AT_ONCE]
