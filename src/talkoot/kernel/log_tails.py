"""The newest events of active logs, in memory: catching up after a short absence asks no database.

Fed with every commit of this process, in log order, before anybody is told of it. What is not certain is not
kept: after a hole a tail begins anew, and what was redacted takes its tail with it. Who knows the log's head
from the database believes a tail only if it has the very event that the head is at. So a process that misses
commits of another one serves nothing stale; nor what the database has lost, where others wrote on since. What
others wrote is asked for in `kernel.shared_tails`.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from talkoot.kernel.log import events_after
from talkoot.kernel.log_readings import LogReadings
from talkoot.kernel.text import text_bytes

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.log import Appended, Event, Head, Redacted
    from talkoot.kernel.shared_tails import SharedTails
    from talkoot.kernel.transactions import Read

EVENTS = 512  # of one log
BYTES = 32 * 1024 * 1024  # of all tails
MOST_BYTES = BYTES // 8  # of one log
_OVERHEAD = 700  # bytes of an event without its body, and of a tail without events


class _Tail:
    """Events up to `head`, without a hole."""

    __slots__ = ("bytes", "events", "head")

    def __init__(self, head: int) -> None:
        self.head = head
        self.events: deque[Event] = deque()
        self.bytes = _OVERHEAD

    def append(self, event: Event) -> None:
        self.events.append(event)
        self.head = event.seq
        self.bytes += _OVERHEAD + text_bytes(event.body)
        while len(self.events) > EVENTS or self.bytes > MOST_BYTES:
            self.bytes -= _OVERHEAD + text_bytes(self.events.popleft().body)

    def contradicts(self, event: Event) -> bool:
        """Whether another event stands at its position."""
        place = event.seq - self.head - 1
        return -len(self.events) <= place < 0 and self.events[place].id != event.id

    def after(self, seq: int, head: Head | None) -> Sequence[Event] | None:
        start = self.head - len(self.events)  # the position before the first event
        if seq < start or (head is not None and not self._leads_to(head)):
            return None
        end = self.head if head is None else head.head
        return list(islice(self.events, seq - start, max(seq, end) - start))

    def _leads_to(self, head: Head) -> bool:
        """Whether it has the log's last event, or begins behind it; a log that lost some may be as long."""
        place = head.head - self.head - 1
        return place < 0 and (place < -len(self.events) or self.events[place].id == head.last)


class LogTails:
    """The tails of the logs in which something was said last."""

    def __init__(self) -> None:
        self._tails: OrderedDict[UUID, _Tail] = OrderedDict()
        self._bytes = 0
        self.readings = LogReadings()
        self.shared: SharedTails | None = None
        """Where processes tell each other what they wrote, if there are several."""
        self.dropped = 0
        """Tails that were dropped: while it stays the same, a log that has no tail had no event."""

    def appended(self, appended: Appended) -> None:
        """Listener after the commit: it comes first, so that whoever is told of an event can read it."""
        if self.shared is not None:
            self.shared.appended(appended)
        for event in appended.events:
            tail = self._tails.get(event.log)
            # Out of order, or written by somebody else; or the database has lost what was there.
            if tail is None or event.seq > tail.head + 1 or tail.contradicts(event):
                self._drop(event.log)
                tail = self._start(event.log, event.seq - 1)
            if event.seq > tail.head:
                self._bytes -= tail.bytes
                tail.append(event)
                self._bytes += tail.bytes
                self._tails.move_to_end(event.log)
        self._stay_small()

    def redacted(self, redacted: Redacted) -> None:
        """Listener after the commit: some events are not what they were."""
        if self.shared is not None:
            self.shared.redacted(redacted)
        self._drop(redacted.log)
        self.readings.forget(redacted.log)

    def follow(self, log: UUID, head: int, *, dropped: int) -> bool:
        """Whether all that comes after this head is, and will be, in the log's tail.

        The head was read when no more tails than that had been dropped.
        """
        if log not in self._tails:
            if dropped != self.dropped:
                return False
            self._start(log, head)
            self._stay_small()
        return self._after(log, head, None) is not None

    def after(self, log: UUID, seq: int) -> Sequence[Event] | None:
        """All events behind a position, as far as is known; None if that is not certain.

        Only where nobody else writes: else `leading_to` has to be asked.
        """
        return self._after(log, seq, None)

    def leading_to(self, head: Head, seq: int) -> Sequence[Event] | None:
        """All events behind a position up to a head from the database; None if that is not certain."""
        known = self._after(head.log, seq, head)
        return known if known is not None else self.readings.leading_to(head, seq)

    def _after(self, log: UUID, seq: int, head: Head | None) -> Sequence[Event] | None:
        tail = self._tails.get(log)
        return tail.after(seq, head) if tail is not None else None

    def forget_all(self) -> None:
        """Commits may have been missed."""
        for log in [*self._tails]:
            self._drop(log)

    def _start(self, log: UUID, head: int) -> _Tail:
        tail = self._tails[log] = _Tail(head)
        self._bytes += tail.bytes
        return tail

    def _drop(self, log: UUID) -> None:
        if (tail := self._tails.pop(log, None)) is not None:
            self._bytes -= tail.bytes
            self.dropped += 1

    def _stay_small(self) -> None:
        while self._bytes > BYTES:
            self._drop(next(iter(self._tails)))


async def catch_up(read: Read, wanted: Sequence[tuple[Head, int]], limit: int) -> list[Sequence[Event]]:
    """For each (head, position) at most `limit` events behind it, in order.

    They come from memory or from Redis where these reach up to the head, which was read in this view.
    What had to be read is kept for those who come next.
    """
    tails = read.caches.of(LogTails)
    found = [tails.leading_to(head, seq) for head, seq in wanted]
    if tails.shared is not None:
        missing = [n for n, events in enumerate(found) if events is None]
        if missing:
            for n, events in zip(missing, await tails.shared.find([wanted[n] for n in missing]), strict=True):
                found[n] = events
    return [
        events[:limit] if events is not None else await _read_after(read, head, seq, limit)
        for events, (head, seq) in zip(found, wanted, strict=True)
    ]


async def _read_after(read: Read, head: Head, seq: int, limit: int) -> Sequence[Event]:
    events = await events_after(read, head.log, seq, limit)
    read.caches.of(LogTails).readings.keep(head, events)
    return events
