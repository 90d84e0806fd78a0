"""Follows the logs: what was committed is indexed a moment later, and nobody who sends waits for it.

It takes a fifth of a core, a twentieth while others wait for a commit, and the more the further it is behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.search.scanning import BATCH, scan, write_changes
from talkoot.kernel.errors import Unavailable

if TYPE_CHECKING:
    from talkoot.chat.search.index import Index
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.log import Appended
    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.turns import Turn

log = logging.getLogger("talkoot.search")

GATHER = 0.1  # seconds in which others may join a batch
REST, MORE_REST = 4.0, 19.0  # times as long as the work before it took; more while others wait
LEAST_REST = 0.5
LOOK_AROUND = 60.0
TRY_AGAIN = 5.0
PATIENCE = 1.0  # seconds that a search waits for an index that is being made
POLLED_AT_LEAST, POLL_REST = 1.0, 20.0  # seconds between looks around; and times as long as one took


class Follower:
    """Keeps an index up to date while the server runs.

    With a `turn` it does so only while that is held, and looks around often: nobody tells it what is new.
    """

    def __init__(
        self, index: Index, clock: Clock, *, busy: Callable[[], bool], turn: Turn | None = None
    ) -> None:
        self.index = index
        self._clock = clock
        self._busy = busy
        self._turn = turn
        self._looked_for = 0.0
        self._behind: dict[UUID, float] = {}  # rooms, and since when
        self._at_work: dict[UUID, float] = {}  # those that are being read now
        self._unscanned: UUID | None = None  # messages with a higher id were never indexed
        self._scan_since = 0.0
        self._filled = asyncio.Event()
        self._unheard = False  # there may be more than anybody told of
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._opened = False
        self._whole = asyncio.Event()  # every message that was there when it was opened is in it
        self._unopened = ""  # why it could not be opened
        index.on_loss = self._lost
        self.indexed = 0
        self.failures = 0

    @property
    def lag(self) -> float:
        """For how long the oldest change has been waiting, in seconds."""
        waiting = [*self._behind.values(), *self._at_work.values()]
        if self._unscanned is not None:
            waiting.append(self._scan_since)
        return self._clock.monotonic() - min(waiting) if waiting else 0.0

    def watched_by(self, metrics: Metrics) -> None:
        """Show how far behind it is."""
        metrics.watch(
            "talkoot_search_lag_seconds", "Age of the oldest change that is not indexed.", lambda: self.lag
        )
        metrics.watch("talkoot_search_indexed", "Messages indexed.", lambda: self.indexed, kind="counter")
        metrics.watch(
            "talkoot_search_failures", "Times the index failed.", lambda: self.failures, kind="counter"
        )
        metrics.watch(
            "talkoot_search_following", "Whether it is this process that indexes.", lambda: self._has_turn
        )

    def appended(self, appended: Appended) -> None:
        """Something was committed."""
        now = self._clock.monotonic()
        for event in appended.events:
            self._behind.setdefault(event.log, now)
        self._filled.set()

    def look_again(self) -> None:
        """Somebody has committed beside this process, and told nobody what."""
        self._unheard = True
        self._filled.set()

    def start(self) -> None:
        """Begin; call it on the event loop."""
        if self._turn is not None:
            self._turn.start()
        self._task = asyncio.create_task(self._follow(), name="search-follow")

    async def close(self) -> None:
        """Finish what is being written; the rest is found at the next start."""
        self._closing.set()
        self._filled.set()
        if self._task is not None:
            await self._task
        await self.index.close()
        if self._turn is not None:
            await self._turn.close()

    async def ready(self) -> Index:
        """The index, once all messages are in it. Unavailable when that takes longer than a moment."""
        if self._unopened:
            raise Unavailable("The search index can not be opened right now")
        try:
            await asyncio.wait_for(self._whole.wait(), PATIENCE)
        except TimeoutError:
            raise Unavailable("The search index is being made again", retry_after=TRY_AGAIN) from None
        return self.index

    @property
    def _has_turn(self) -> bool:
        return self._turn is None or self._turn.held

    def _stand_aside(self) -> None:
        """Somebody else writes the index: what is known of it here is soon wrong."""
        self._lost()
        self._behind.clear()
        self._unscanned = None

    def _lost(self) -> None:
        self._opened = False
        self._whole.clear()
        self._filled.set()

    async def _follow(self) -> None:
        while not self._closing.is_set():
            try:
                if not self._has_turn:
                    self._stand_aside()
                    await self._pause(GATHER)
                    continue
                if not self._opened:
                    await self._open()
                await self._look_around()
                await self._until_it_is_time()
            except Exception as error:
                if not self._has_turn:
                    continue
                self.failures += 1
                log.exception("The search index is behind; trying again: %r", error)  # noqa: TRY401
                lost = not self._opened and not self._unopened
                await self._pause(GATHER if lost else TRY_AGAIN)

    async def _open(self) -> None:
        try:
            self._unscanned = await self.index.open()
        except Exception as error:
            self._unopened = repr(error)
            self._whole.clear()
            raise
        self._scan_since = self._clock.monotonic()
        self._unopened, self._opened = "", True
        self._note_whole()

    def _note_whole(self) -> None:
        if self._opened and self._unscanned is None:
            self._whole.set()

    async def _look_around(self) -> None:
        """What was committed while nobody followed, and what a failure left."""
        begin, self._unheard = self._clock.monotonic(), False
        for room in await self.index.rooms_behind():
            self._behind.setdefault(room, begin)
        self._looked_for = self._clock.monotonic() - begin

    async def _until_it_is_time(self) -> None:
        """Index for a while: then look around again."""
        end = self._clock.monotonic() + self._until_next_look()
        while self._goes_on and not self._unheard and (left := end - self._clock.monotonic()) > 0:
            if not self._behind and self._unscanned is None:
                self._filled.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._filled.wait(), left)
                await self._pause(GATHER)
                continue
            begin = self._clock.monotonic()
            await self._step()
            await self._pause((self._clock.monotonic() - begin) * self._rest())

    @property
    def _goes_on(self) -> bool:
        return self._opened and not self._closing.is_set() and self._has_turn

    def _until_next_look(self) -> float:
        if self._turn is None:
            return LOOK_AROUND
        return min(LOOK_AROUND, max(POLLED_AT_LEAST, POLL_REST * self._looked_for))

    def _rest(self) -> float:
        rest = MORE_REST if self._busy() else REST
        return max(LEAST_REST, rest / (1 + self.lag))

    async def _step(self) -> None:
        if self._behind:
            await self._catch_up()
        if self._unscanned is not None:
            self._unscanned, done = await scan(self.index, self._unscanned)
            self.indexed += done
            self._note_whole()

    async def _catch_up(self) -> None:
        since, self._behind = self._behind, {}
        self._at_work, left = since, set(since)
        try:
            changes = await self.index.changes([*since], BATCH)
            await write_changes(self.index, changes)
            self.indexed += len(changes.rows)
            left = changes.left
        finally:
            self._at_work = {}
            self._behind |= {room: at for room, at in since.items() if room in left}

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
