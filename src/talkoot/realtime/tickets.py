"""Things that may be used once: the second use, however close, is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class OnceStore(Protocol):
    """Remembers what was used, on all nodes."""

    async def use(self, token_id: str, ttl: float) -> bool:
        """True for exactly one caller; `ttl` is how many seconds the token could still be accepted."""
        ...


class MemoryOnce:
    """The store of a single process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used: dict[str, float] = {}
        self._sweep_at = 0.0

    async def use(self, token_id: str, ttl: float) -> bool:
        """True for exactly one caller within `ttl` seconds."""
        now = self._clock()
        if now >= self._sweep_at:
            self._used = {used: until for used, until in self._used.items() if until > now}
            self._sweep_at = now + 10.0
        if self._used.get(token_id, now) > now:
            return False
        self._used[token_id] = now + ttl
        return True
