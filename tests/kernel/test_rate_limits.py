import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.kernel.errors import RateLimited
from talkoot.kernel.rate_limits import AllowEverything, MemoryRateLimiter, Rule
from tests.kernel.ground import SetClock

buckets = st.builds(
    Rule,
    name=st.just("bucket"),
    limit=st.integers(1, 50),
    period_seconds=st.sampled_from([0.5, 1, 7, 60]),
    burst=st.none() | st.integers(1, 60),
)
windows = st.builds(
    Rule,
    name=st.just("window"),
    limit=st.integers(1, 20),
    period_seconds=st.sampled_from([0.5, 1, 7, 60]),
    kind=st.just("window"),
)
# Microseconds to wait before it, and what it costs.
hits = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 3)), max_size=60)


@given(buckets | windows, hits, st.integers(1, 3))
async def test_who_waits_as_told_gets_through(rule: Rule, hits: list[tuple[int, int]], cost: int) -> None:
    clock = SetClock()
    limiter = MemoryRateLimiter(clock)
    for wait, spent in hits:
        clock.moment += wait
        await limiter.hit("key", rule, spent)
    decision = await limiter.check("key", rule, min(cost, rule.capacity))
    if not decision.allowed:
        assert decision.retry_after > 0
        before = clock.moment
        clock.moment = before + round(decision.retry_after * 1_000_000) - 2
        assert (
            clock.moment <= before or not (await limiter.check("key", rule, min(cost, rule.capacity))).allowed
        )
        clock.moment = before + round(decision.retry_after * 1_000_000) + 1
        assert (await limiter.check("key", rule, min(cost, rule.capacity))).allowed


@pytest.mark.parametrize("kind", ["bucket", "window"])
async def test_who_is_quiet_is_forgotten(kind: str) -> None:
    clock = SetClock()
    limiter = MemoryRateLimiter(clock)
    rule = Rule("rule", 5, 10, kind="bucket" if kind == "bucket" else "window")
    for number in range(100):
        await limiter.hit(f"key {number}", rule)
    decision = await limiter.hit("key 0", rule)
    assert len(limiter) == 100
    clock.moment += round(decision.reset_after * 1_000_000)
    assert len(limiter) == 0
    assert (await limiter.check("key 0", rule)).remaining == 4  # after the one that is asked about


async def test_memory_is_bounded() -> None:
    limiter = MemoryRateLimiter(SetClock(), keys=50)
    rule = Rule("rule", 1, 60)
    for number in range(500):
        await limiter.hit(f"key {number}", rule)
    assert len(limiter) == 50
    assert not (await limiter.check("key 499", rule)).allowed


async def test_keys_and_rules_do_not_share() -> None:
    limiter = MemoryRateLimiter(SetClock())
    one, other = Rule("one", 1, 60), Rule("other", 1, 60)
    assert [
        (await limiter.hit(key, rule)).allowed for key, rule in (("a", one), ("b", one), ("a", other))
    ] == [
        True,
        True,
        True,
    ]
    assert not (await limiter.hit("a", one)).allowed


async def test_require_says_when_to_come_again() -> None:
    limiter = MemoryRateLimiter(SetClock())
    rule = Rule("rule", 2, 60)
    await limiter.require("key", rule)
    await limiter.require("key", rule)
    with pytest.raises(RateLimited) as refused:
        await limiter.require("key", rule)
    assert refused.value.retry_after == pytest.approx(30)


async def test_more_than_ever_fits_is_refused_with_a_time() -> None:
    decision = await MemoryRateLimiter(SetClock()).hit("key", Rule("rule", 2, 60), 3)
    assert not decision.allowed
    assert decision.retry_after > 0


async def test_the_limiter_of_benchmarks_allows_everything() -> None:
    limiter, rule = AllowEverything(), Rule("rule", 1, 60)
    for _ in range(5):
        await limiter.require("key", rule)
    assert (await limiter.check("key", rule)).remaining == 1
