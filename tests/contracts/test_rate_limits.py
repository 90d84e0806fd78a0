"""What every limiter promises, in memory and on Redis: the answers of its model, at the moment it counted.

The limiter in memory has a clock that the test moves; Redis counts by its own, and says when that was.
"""

import asyncio
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talkoot.kernel.limit_scripts import Mode, count_command
from talkoot.kernel.rate_limits import Decision, MemoryRateLimiter, Rule, decide_from
from talkoot.kernel.redis_calls import RedisCalls
from tests.kernel.ground import SetClock

SECONDS = [0.002, 0.05, 1, 60]
buckets = st.builds(
    Rule,
    name=st.just("bucket"),
    limit=st.integers(1, 50),
    period_seconds=st.sampled_from(SECONDS),
    burst=st.none() | st.integers(1, 60),
)
windows = st.builds(
    Rule,
    name=st.just("window"),
    limit=st.integers(1, 20),
    period_seconds=st.sampled_from(SECONDS),
    kind=st.just("window"),
)
# Microseconds to wait before it, and what it costs; something that was right after all is given back.
hits = st.lists(st.tuples(st.integers(0, 1_500), st.integers(1, 3)), max_size=30)
_keys = count()


class Counted(Protocol):
    """A limiter that says at which moment it decided."""

    async def ask(self, rule: Rule, cost: int, mode: Mode, wait: int) -> tuple[int, Decision]:
        """The moment in microseconds, and the decision."""
        ...


@dataclass
class InMemory:
    key: str
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.limiter = MemoryRateLimiter(self.clock)

    async def ask(self, rule: Rule, cost: int, mode: Mode, wait: int) -> tuple[int, Decision]:
        self.clock.moment += wait
        do = self.limiter.hit if mode == "hit" else self.limiter.check
        return self.clock.moment, await do(self.key, rule, cost)


@dataclass
class OnRedis:
    key: str
    calls: RedisCalls

    async def ask(self, rule: Rule, cost: int, mode: Mode, wait: int) -> tuple[int, Decision]:
        await asyncio.sleep(wait / 1_000_000)
        command = count_command("test:", self.key, rule, cost, mode)
        now, _, *stood = map(int, await self.calls.ask(*command))
        return now, decide_from(stood, rule, cost, now)


def limiter(twin: str | RedisCalls) -> Counted:
    key = f"key {next(_keys)}"
    return InMemory(key) if isinstance(twin, str) else OnRedis(key, twin)


often = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Bucket:
    """A bucket as everybody draws it: tokens that drop in evenly, exact to any fraction."""

    rule: Rule
    at: int
    tokens: Fraction

    def hit(self, now: int, cost: int) -> bool:
        dropped = Fraction((now - self.at) * self.rule.limit, self.rule.period)
        self.at, self.tokens = now, min(Fraction(self.rule.capacity), self.tokens + dropped)
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True


@often
@given(rule=buckets, hits=hits)
async def test_a_bucket_decides_as_its_model(
    twin: str | RedisCalls, rule: Rule, hits: list[tuple[int, int]]
) -> None:
    counted = limiter(twin)
    at, _ = await counted.ask(rule, 1, "check", 0)
    model = Bucket(rule, at, Fraction(rule.capacity))
    for wait, cost in hits:
        moment, decision = await counted.ask(rule, cost, "hit", wait)
        assert decision.allowed is model.hit(moment, cost)
        assert decision.remaining == int(model.tokens)


@dataclass
class Window:
    """Every hit with its window: the last window's count fades evenly."""

    rule: Rule
    counted: list[tuple[int, int]]

    def used(self, now: int) -> Fraction:
        window, elapsed = divmod(now, self.rule.period)
        current = sum(cost for at, cost in self.counted if at == window)
        before = sum(cost for at, cost in self.counted if at == window - 1)
        return current + before * (1 - Fraction(elapsed, self.rule.period))

    def hit(self, now: int, cost: int) -> bool:
        if self.used(now) + cost > self.rule.limit:
            return False
        self.counted.append((now // self.rule.period, cost))
        return True


@often
@given(rule=windows, hits=hits)
async def test_a_window_decides_as_its_model(
    twin: str | RedisCalls, rule: Rule, hits: list[tuple[int, int]]
) -> None:
    counted, model = limiter(twin), Window(rule, [])
    for wait, cost in hits:
        moment, decision = await counted.ask(rule, cost, "hit", wait)
        assert decision.allowed is model.hit(moment, cost)
        assert decision.remaining == max(0, int(rule.limit - model.used(moment)))


@pytest.mark.parametrize("kind", ["bucket", "window"])
async def test_who_only_looks_counts_nothing_and_what_is_given_back_is_free(
    twin: str | RedisCalls, kind: str
) -> None:
    rule = Rule("looked", 2, 3600, kind="bucket" if kind == "bucket" else "window")
    counted = limiter(twin)
    for _ in range(5):
        assert (await counted.ask(rule, 2, "check", 0))[1].allowed
    for cost, allowed in ((2, True), (1, False), (-1, True), (1, True), (1, False)):
        assert (await counted.ask(rule, cost, "hit", 0))[1].allowed is allowed
