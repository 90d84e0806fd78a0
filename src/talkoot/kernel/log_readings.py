"""What was read of logs a moment ago: many who come back to one log, a portion at a time, cost one reading.

A reading that went up to a log's head holds wherever the log ends with the same event, whoever wrote it: what
is taken out of a log is taken out by an event behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cachetools import LRUCache

from talkoot.kernel.text import text_bytes
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.log import Event, Head

BYTES = 8 * 1024 * 1024  # of all logs
_OVERHEAD = 700  # bytes of an event without its body, and of a reading without events


class _Reading(Value, frozen=True):
    """Events of a log without a hole, up to the one it ended with."""

    events: Sequence[Event]
    cost: int


class LogReadings:
    """The last reading of each log, as far as there is room."""

    def __init__(self) -> None:
        self._kept: LRUCache[UUID, _Reading] = LRUCache(BYTES, getsizeof=lambda reading: reading.cost)

    def keep(self, head: Head, events: Sequence[Event]) -> None:
        """Remember what was read up to this head; anything else is not taken."""
        if not events or events[-1].id != head.last:
            return
        cost = _OVERHEAD + sum(_OVERHEAD + text_bytes(event.body) for event in events)
        if cost <= BYTES:
            self._kept[head.log] = _Reading(events, cost)

    def leading_to(self, head: Head, seq: int) -> Sequence[Event] | None:
        """All events behind a position up to this head; None if they were not read."""
        known = self._kept.get(head.log)
        if known is None or known.events[-1].id != head.last or seq + 1 < known.events[0].seq:
            return None
        return known.events[seq + 1 - known.events[0].seq :]

    def forget(self, log: UUID) -> None:
        """Some of it is not what it was: it would never be asked for again."""
        self._kept.pop(log, None)
