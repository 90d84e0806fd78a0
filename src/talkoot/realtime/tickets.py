"""Things that may be used once: the second use, however close, is refused.

Who makes such a thing asks for a `mark` and puts it in, signed. What remembers uses may forget all of them,
by a restart for example; then it has another mark, and what was made before can not be used at all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol

from talkoot.kernel.errors import Unavailable


class OnceStore(Protocol):
    """Remembers what was used, on all nodes."""

    async def mark(self) -> str:
        """What stands for this memory now, in letters, digits and hyphens; Unavailable while it is away."""
        ...

    async def use(self, token_id: str, ttl: float, mark: str) -> bool:
        """True for exactly one caller; `ttl` is how many seconds the token is accepted after it was marked.

        Unavailable when nobody can know any more whether it was used: another one has to be made.
        """
        ...


def forgotten() -> Unavailable:
    """What is refused because what was used has been forgotten since."""
    return Unavailable(
        "It is from before a restart, and can not be used any more: get a new one", retry_after=0.0
    )


class MemoryOnce:
    """The store of a single process; its uses are forgotten with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mark = os.urandom(8).hex()
        self._used: dict[str, float] = {}
        self._sweep_at = 0.0

    async def mark(self) -> str:
        """The name of this process."""
        return self._mark

    async def use(self, token_id: str, ttl: float, mark: str) -> bool:
        """True for exactly one caller within `ttl` seconds; Unavailable if another process marked it."""
        if mark != self._mark:
            raise forgotten()
        now = self._clock()
        if now >= self._sweep_at:
            self._used = {used: until for used, until in self._used.items() if until > now}
            self._sweep_at = now + 10.0
        if self._used.get(token_id, now) > now:
            return False
        self._used[token_id] = now + ttl
        return True
