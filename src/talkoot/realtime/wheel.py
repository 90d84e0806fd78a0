"""One timer for all connections: a wheel of slots, each with those that want to be looked at then."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger("talkoot.realtime")

LATEST = 10.0
"""Nobody is looked at later than this: a deadline that is further away needs no entry of its own."""


class Timed(Protocol):
    """Something with deadlines; `slot` belongs to the wheel, -1 when it is on none."""

    slot: int

    def check(self, now: float) -> float | None:
        """Do what is due; when to look again, or None when it has ended."""
        ...


class Wheel:
    """Looks at things when they asked for it, at the earliest, and at most two ticks later."""

    def __init__(self, tick: float = 0.1) -> None:
        self._tick = tick
        self._slots: dict[int, list[Timed]] = {}
        self._turned = self._slot(time.monotonic())
        self._handle: asyncio.TimerHandle | None = None

    def add(self, item: Timed, at: float) -> None:
        """Look at this at a moment of the monotonic clock, unless that happens earlier anyway."""
        slot = max(self._slot(min(at, time.monotonic() + LATEST)), self._turned) + 1
        if item.slot < 0 or slot < item.slot:
            item.slot = slot
            self._slots.setdefault(slot, []).append(item)

    def start(self) -> None:
        """Begin to turn; call it on the event loop."""
        self._handle = asyncio.get_running_loop().call_later(self._tick, self._turn)

    def stop(self) -> None:
        """Stop turning."""
        if self._handle is not None:
            self._handle.cancel()

    def _turn(self) -> None:
        self.start()
        now = time.monotonic()
        slot = self._slot(now)
        due, self._turned = range(self._turned + 1, slot + 1), slot
        for number in due:
            for item in self._slots.pop(number, ()):
                if item.slot == number:  # else it was moved to an earlier slot
                    self._look(item, now)

    def _look(self, item: Timed, now: float) -> None:
        item.slot = -1
        try:
            again = item.check(now)
        except Exception:
            log.exception("A deadline failed")
            again = now + LATEST
        if again is not None:
            self.add(item, again)

    def _slot(self, moment: float) -> int:
        return int(moment / self._tick)


class Every:
    """Calls a function again and again, by the wheel."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.slot = -1
        self._seconds, self._call = seconds, call
        self._due = 0.0

    def check(self, now: float) -> float:
        """Call it when it is time, and come again."""
        if now >= self._due:
            self._due = now + self._seconds
            self._call()
        return self._due
