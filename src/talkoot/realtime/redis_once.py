"""Things that may be used once, on any of several processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.redis import RedisTrouble

if TYPE_CHECKING:
    from talkoot.kernel.redis_calls import RedisCalls


class RedisOnce:
    """Remembers in Redis; while that is away nothing can be used, for nobody knows what was."""

    def __init__(self, calls: RedisCalls, prefix: str) -> None:
        self._calls = calls
        self._prefix = prefix

    async def use(self, token_id: str, ttl: float) -> bool:
        """True for exactly one caller within `ttl` seconds; Unavailable while Redis is away."""
        key, mine, life = f"{self._prefix}once:{token_id}", os.urandom(8), max(1, round(ttl * 1000))
        try:
            # What stood there already; our own name if the command arrived twice.
            found = await self._calls.ask("SET", key, mine, "NX", "GET", "PX", life)
        except RedisTrouble as trouble:
            if str(trouble).startswith("WRONGTYPE"):  # something else has that name: it is not free
                return False
            self._calls.alone["once"] += 1
            raise Unavailable("What was used can not be looked up right now", retry_after=1.0) from trouble
        return found is None or found == mine
