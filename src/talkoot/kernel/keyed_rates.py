"""Buckets that are asked so often that nobody may wait: one for each key that did something lately."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import RateLimited
from talkoot.kernel.limit_book import Rule
from talkoot.kernel.spending import own_share
from talkoot.kernel.token_bucket import TokenBucket

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.limit_book import LimitBook
    from talkoot.kernel.spending import Spending

_KEPT = 1000  # keys, before those that have everything free again are looked for


class _Key:
    """What is left here, and what is left of that which no other process is told of."""

    __slots__ = ("bucket", "own")

    def __init__(self) -> None:
        self.bucket, self.own = TokenBucket(), TokenBucket()

    def is_full(self, now: float) -> bool:
        return self.bucket.is_full(now) and self.own.is_full(now)


class KeyedRates:
    """Lets `burst` through at once for each key, and `rate` a second; a rate of 0 is no limit.

    Other processes are told of those who do much.
    """

    def __init__(self, name: str, spending: Spending | None = None, *, rate: float, burst: int) -> None:
        self._name = name
        self._spending = spending
        self._known: dict[UUID, _Key] = {}
        self._most = _KEPT
        self.use(rate, burst)

    def __len__(self) -> int:
        return len(self._known)

    def use(self, rate: float, burst: int) -> None:
        """Other numbers hold from now on; other processes count under them anew."""
        self._rate, self._burst = rate, burst
        seconds = burst / rate if rate else 1.0
        self._rule = Rule(f"{self._name}~{rate:g}~{burst}", burst, seconds, exact=False)
        self._share = own_share(self._rule)

    def take(self, key: UUID, now: float) -> float:
        """Take one: 0.0 if there was one, else in how many seconds there will be."""
        if not self._rate:
            return 0.0
        known = self._known.get(key)
        if known is None:
            self._forget_idle(now)
            known = self._known[key] = _Key()
        wait = known.bucket.take(now, self._rate, self._burst)
        if not wait and self._spending is not None:
            rate = self._share.limit / self._share.period_seconds
            if known.own.take(now, rate, self._share.capacity):
                rule = self._rule
                self._spending.spend(str(key), rule, 1, lambda missing: _owe(known, rule, missing))
        return wait

    def _forget_idle(self, now: float) -> None:
        """Each key is looked at about once for every one that is new."""
        if len(self._known) >= self._most:
            self._known = {key: known for key, known in self._known.items() if not known.is_full(now)}
            self._most = max(_KEPT, 2 * len(self._known))


class QuickRates:
    """Limits for each of many keys on what nobody may wait for: asked by rule, with the numbers of now."""

    def __init__(self, book: LimitBook, spending: Spending | None) -> None:
        self._book = book
        self._spending = spending
        self._by_name: dict[str, tuple[Rule, KeyedRates]] = {}
        book.on_change.append(self._renew)

    def require(self, rule: Rule, key: UUID) -> None:
        """Count one, or raise RateLimited with the time to wait."""
        if not self._book.enforced:
            return
        _, rates = self._by_name.get(rule.name) or self._open(rule)
        if wait := rates.take(key, time.monotonic()):
            raise RateLimited(retry_after=wait)

    def _open(self, rule: Rule) -> tuple[Rule, KeyedRates]:
        now = self._book.now(rule)
        rates = KeyedRates(rule.name, self._spending, rate=now.rate, burst=now.capacity)
        opened = self._by_name[rule.name] = (rule, rates)
        return opened

    def _renew(self) -> None:
        for rule, rates in self._by_name.values():
            now = self._book.now(rule)
            rates.use(now.rate, now.capacity)


def _owe(known: _Key, rule: Rule, missing: int) -> None:
    known.bucket.owe(missing / (rule.limit * SECOND), time.monotonic())
