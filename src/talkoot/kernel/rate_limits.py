"""How often something may be done: rules, decisions, and the limiter that lives in this process.

A bucket (GCRA) lets `burst` through at once and then `limit` per period, evenly. A window (two counters, the
older one weighted by how much of it still counts) lets at most about `limit` through in any period.
All arithmetic is on whole microseconds, multiplied by what would be divided by: nothing is rounded away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from cachetools import TLRUCache

from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import RateLimited
from talkoot.kernel.limit_book import LimitBook, Rule
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.clock import Clock

__all__ = ["AllowEverything", "Decision", "MemoryRateLimiter", "RateLimiter", "Rule", "decide_from"]

KEYS = 200_000  # kept at the same time; the one that was quiet for longest goes first


class Decision(Value, frozen=True):
    """Whether it may be done; times in seconds. `reset_after`: until everything is free again."""

    allowed: bool
    limit: int
    remaining: int
    retry_after: float
    reset_after: float


class RateLimiter(Protocol):
    """Counts for each rule and key; keys are addresses, users, sessions. The book has the numbers."""

    book: LimitBook

    async def hit(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """Count `cost`, if it is allowed; what is refused does not count."""
        ...

    async def check(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """What `hit` would answer, without counting."""
        ...

    async def require(self, key: str, rule: Rule, cost: int = 1) -> None:
        """Count, or raise RateLimited with the time to wait."""
        decision = await self.hit(key, rule, cost)
        if not decision.allowed:
            raise RateLimited(retry_after=decision.retry_after)


class AllowEverything(RateLimiter):
    """The limiter of benchmarks: no limit."""

    def __init__(self, book: LimitBook | None = None) -> None:
        self.book = book or LimitBook()

    async def hit(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """Allowed."""
        del key, cost
        return Decision(True, rule.capacity, rule.capacity, 0.0, 0.0)

    async def check(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """Allowed."""
        return await self.hit(key, rule, cost)


class _Counted(Value, frozen=True):
    """A bucket keeps its theoretical arrival time in `a`; a window its number, count and the count before."""

    expires: float
    a: int
    b: int = 0
    c: int = 0


class MemoryRateLimiter(RateLimiter):
    """The limiter of one process; it forgets a key as soon as the key has everything free again."""

    def __init__(self, clock: Clock, *, book: LimitBook | None = None, keys: int = KEYS) -> None:
        self.book = book or LimitBook()
        self._clock = clock
        self._counted: TLRUCache[tuple[str, str], _Counted] = TLRUCache(
            keys, ttu=lambda _key, counted, _now: counted.expires, timer=clock.monotonic
        )

    def __len__(self) -> int:
        return len(self._counted)

    async def hit(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """Count `cost`, if it is allowed; what is refused does not count."""
        rule = self.book.now(rule)
        decision, counted = self._decide(key, rule, cost)
        if decision.allowed:
            self._counted[rule.name, key] = counted
        return decision

    async def check(self, key: str, rule: Rule, cost: int = 1) -> Decision:
        """What `hit` would answer, without counting."""
        return self._decide(key, self.book.now(rule), cost)[0]

    def owe(self, key: str, rule: Rule, missing: int) -> None:
        """At least so much is missing from a bucket: microseconds until it is full again, times the limit."""
        full_at = round(self._clock.monotonic() * SECOND) * rule.limit + missing
        before = self._counted.get((rule.name, key))
        if before is None or before.a < full_at:
            self._counted[rule.name, key] = _Counted(full_at / (rule.limit * SECOND), full_at)

    def _decide(self, key: str, rule: Rule, cost: int) -> tuple[Decision, _Counted]:
        now = round(self._clock.monotonic() * SECOND)
        before = self._counted.get((rule.name, key))
        return (_bucket if rule.kind == "bucket" else _window)(before, rule, cost, now)


def decide_from(stood: Sequence[int], rule: Rule, cost: int, now: int) -> Decision:
    """The decision about what `limit_scripts` found, at a moment in microseconds."""
    if rule.kind == "bucket":
        return _bucket(_Counted(0.0, now * rule.limit + stood[0]), rule, cost, now)[0]
    return _window(_Counted(0.0, *stood), rule, cost, now)[0]


def _bucket(before: _Counted | None, rule: Rule, cost: int, now: int) -> tuple[Decision, _Counted]:
    """Times are multiplied by `limit`, so that one costs exactly one period."""
    moment, one = now * rule.limit, rule.period
    full = moment + rule.capacity * one
    old = max(moment, before.a if before else 0)
    new = old + cost * one
    allowed = new <= full
    counted = new if allowed else old
    # More than ever fits has to be told some time to wait, too.
    wait = 0 if allowed else min(new - full, max(old - moment, one))
    scale = rule.limit * SECOND
    decision = Decision(
        allowed, rule.capacity, (full - counted) // one, wait / scale, (counted - moment) / scale
    )
    return decision, _Counted(counted / scale, counted)


def _window(before: _Counted | None, rule: Rule, cost: int, now: int) -> tuple[Decision, _Counted]:
    """Counts are multiplied by the period, so that a share of the older one stays whole."""
    number, elapsed = divmod(now, rule.period)
    current, previous = _counts(before, number)
    left = rule.period - elapsed
    free = rule.limit * rule.period - previous * left - current * rule.period
    allowed = cost * rule.period <= free
    if allowed:
        current, free = max(0, current + cost), free - cost * rule.period
    wait = 0.0 if allowed else _until_free(rule, cost, current, previous, elapsed)
    last = 2 if current else 1
    expires = (number + last) * rule.period
    decision = Decision(
        allowed,
        rule.limit,
        max(0, free // rule.period),
        wait / SECOND,
        (expires - now) / SECOND if current or previous else 0.0,
    )
    return decision, _Counted(expires / SECOND, number, current, previous)


def _counts(before: _Counted | None, number: int) -> tuple[int, int]:
    if before is None or before.a < number - 1:
        return 0, 0
    return (before.b, before.c) if before.a == number else (0, before.b)


def _until_free(rule: Rule, cost: int, current: int, previous: int, elapsed: int) -> float:
    spare = rule.limit - current - cost
    if spare >= 0:  # enough of the older count fades within this window
        return rule.period * (1 - spare / previous) - elapsed
    fading = max(0.0, 1 - max(0, rule.limit - cost) / current) if current else 1.0
    return rule.period * (1 + fading) - elapsed
