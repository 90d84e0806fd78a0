"""The limiter of several processes: the arithmetic of the one in memory, counted in Redis by its clock.

Redis counts and answers what stood there before; the decision is made from that by the code of memory.
Without Redis each process counts for itself: limits are then neither open nor closed, but as many as there
are processes. Rules that are not exact never wait for Redis: see `kernel.spending`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from talkoot.kernel.limit_book import LimitBook
from talkoot.kernel.limit_scripts import count_command
from talkoot.kernel.rate_limits import Decision, MemoryRateLimiter, RateLimiter, Rule, decide_from
from talkoot.kernel.redis import RedisTrouble
from talkoot.kernel.spending import own_share

if TYPE_CHECKING:
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.limit_scripts import Mode
    from talkoot.kernel.redis_calls import RedisCalls
    from talkoot.kernel.spending import Spending


class RedisRateLimiter(RateLimiter):
    """Counts over all processes: at once for exact rules, soon after for the others."""

    def __init__(
        self,
        calls: RedisCalls,
        prefix: str,
        clock: Clock,
        spending: Spending,
        *,
        book: LimitBook | None = None,
    ) -> None:
        self.book = book or LimitBook()
        self._calls = calls
        self._prefix = prefix
        self._spending = spending
        self._local = MemoryRateLimiter(clock)
        self._own = MemoryRateLimiter(clock)

    async def hit(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """Count `cost`, if it is allowed; what is refused does not count."""
        rule = self.book.now(rule)
        if rule.exact:
            return await self._ask(key, rule, cost, "hit")
        decision = await self._local.hit(key, rule, cost)
        if decision.allowed and not (await self._own.hit(key, own_share(rule), cost)).allowed:
            self._spending.spend(key, rule, cost, partial(self._local.owe, key, rule))
        return decision

    async def check(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """What `hit` would answer, without counting."""
        rule = self.book.now(rule)
        if rule.exact:
            return await self._ask(key, rule, cost, "check")
        return await self._local.check(key, rule, cost)

    async def _ask(self, key: str, rule: Rule, cost: int, mode: Mode) -> Decision:
        try:
            found = await self._calls.ask(*count_command(self._prefix, key, rule, cost, mode))
        except RedisTrouble:
            self._calls.alone["limits"] += 1
            count = self._local.hit if mode == "hit" else self._local.check
            return await count(key, rule, cost)
        now, odd, *stood = map(int, found)
        if odd:
            self._calls.found_odd("limits")
        return decide_from(stood, rule, cost, now)
