"""Limits of several processes: requests that arrive twice, keys that are broken, and Redis that goes away."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from itertools import product
from typing import Literal

import pytest
import pytest_asyncio

from talkoot.kernel.limit_scripts import count_command
from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.kernel.redis_limits import RedisRateLimiter
from talkoot.kernel.spending import RedisSpending
from tests.kernel.ground import ForwardClock, until
from tests.servers.valkey import Valkey

BUCKET, WINDOW = Rule("b", 5, 3600), Rule("w", 5, 3600, kind="window")
SOON = Rule("soon", 16, 3600, exact=False)


def process(calls: RedisCalls) -> RedisRateLimiter:
    return RedisRateLimiter(calls, "test:", ForwardClock(), RedisSpending(calls, "test:"))


@pytest_asyncio.fixture
async def calls(own_valkey: Valkey) -> AsyncIterator[RedisCalls]:
    made = RedisCalls(own_valkey.url)
    await made.start()
    yield made
    await made.close()


@pytest.mark.parametrize("rule", [BUCKET, WINDOW], ids=["bucket", "window"])
async def test_a_request_that_arrives_twice_counts_once(calls: RedisCalls, rule: Rule) -> None:
    limiter = process(calls)
    command = count_command("test:", "key", rule, 1, "hit")
    first = await calls.ask(*command)
    await limiter.hit("key", rule)
    again = await calls.ask(*command)
    assert int(first[2 if rule is BUCKET else 3]) == 0
    assert again[0] >= first[0]
    assert [(await limiter.hit("key", rule)).allowed for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("rule", [BUCKET, WINDOW], ids=["bucket", "window"])
@pytest.mark.parametrize(
    "broken", [("LPUSH", "x"), ("SET", "x"), ("SET", b"\xff" * 40)], ids=["list", "short", "nan"]
)
async def test_a_key_that_is_something_else_begins_anew(
    calls: RedisCalls, rule: Rule, broken: tuple[str, bytes | str]
) -> None:
    how, value = broken
    await calls.ask(how, f"test:limit:{rule.name}:key", value)
    limiter = process(calls)
    assert [(await limiter.hit("key", rule)).allowed for _ in range(6)] == [True] * 5 + [False]


ODD = [math.nan, math.inf, -math.inf, -1.0, 1e300]


async def absurd(calls: RedisCalls, rule: Rule) -> AsyncIterator[str]:
    """Keys that hold everything used up, an hour from now, and things that make no sense."""
    seconds, micros = map(int, await calls.ask("TIME"))
    now, hour = seconds * 1_000_000 + micros, 3_600_000_000
    one, full = (rule.period, rule.limit) if rule.kind == "window" else (1, rule.limit * rule.period)
    for number, (at, used) in enumerate(product([now // one, (now + hour) // one, *ODD], [full, *ODD])):
        counts = [used, used] if rule.kind == "window" else [used]
        state = b"".join(struct.pack(">d", value) for value in (at, *counts))
        await calls.ask("SET", f"test:limit:{rule.name}:{number}", state)
        yield str(number)


@pytest.mark.parametrize("kind", ["bucket", "window"])
async def test_row_39_what_makes_no_sense_frees_nobody_and_shuts_nobody_out(
    calls: RedisCalls, kind: Literal["bucket", "window"], caplog: pytest.LogCaptureFixture
) -> None:
    limiter = process(calls)
    long, brief = Rule("long", 5, 3600, kind=kind), Rule("brief", 5, 0.05, kind=kind)
    async for key in absurd(calls, long):
        assert sum([(await limiter.hit(key, long)).allowed for _ in range(7)]) <= 5
    async for key in absurd(calls, brief):

        async def admitted(key: str = key) -> bool:
            return (await limiter.hit(key, brief)).allowed

        await until(admitted)
    assert calls.odd["limits"] > 20
    assert caplog.text.count("what Talkoot has not put there") == 1


@pytest.mark.parametrize("rule", [BUCKET, WINDOW], ids=["bucket", "window"])
async def test_who_used_all_up_before_a_clock_was_set_back_waits_no_longer_than_others(
    calls: RedisCalls, rule: Rule
) -> None:
    limiter = process(calls)
    keys = [key async for key in absurd(calls, rule)]
    decision = await limiter.check(keys[len(ODD) + 1], rule)  # all used up, in an hour
    assert decision.remaining < rule.limit  # what a window counted before fades from now on
    state = await calls.ask("GET", f"test:limit:{rule.name}:{len(ODD) + 1}")
    seconds, _ = map(int, await calls.ask("TIME"))
    stands_at = struct.unpack_from(">d", state)[0] * (rule.period if rule is WINDOW else 1)
    assert stands_at <= (seconds + 1) * 1_000_000
    assert decision.retry_after <= rule.period_seconds


async def test_keys_expire_with_what_they_limit(calls: RedisCalls) -> None:
    limiter = process(calls)
    for rule in (Rule("b", 5, 10), Rule("w", 5, 10, kind="window")):
        await limiter.hit("key", rule)
        left = await calls.ask("PTTL", f"test:limit:{rule.name}:key")
        assert 0 < left <= 22_000


async def test_several_processes_share_what_is_exact(calls: RedisCalls) -> None:
    processes = [process(calls) for _ in range(3)]
    allowed = [
        (await each.hit("key", rule)).allowed
        for rule in (BUCKET, WINDOW)
        for _ in range(4)
        for each in processes
    ]
    assert sum(allowed) == 10


async def test_several_processes_hear_of_those_who_ask_too_much(calls: RedisCalls) -> None:
    one, other = process(calls), process(calls)
    for _ in range(16):
        assert (await one.hit("key", SOON)).allowed
    assert not (await one.hit("key", SOON)).allowed

    async def refused() -> bool:
        return not (await other.hit("key", SOON)).allowed

    for number in range(2):  # an ordinary user is nobody else's business
        assert (await other.hit(f"modest {number}", SOON)).allowed
    await until(refused)
    assert await calls.ask("EXISTS", "test:limit:soon:key") == 1
    assert await calls.ask("EXISTS", "test:limit:soon:modest 0") == 0


async def test_row_48_without_redis_each_counts_for_itself_until_it_is_back(
    calls: RedisCalls, own_valkey: Valkey
) -> None:
    one, other = process(calls), process(calls)
    own_valkey.kill()
    for each in (one, other):
        assert [(await each.hit("key", BUCKET)).allowed for _ in range(6)] == [True] * 5 + [False]
        assert (await each.check("other", BUCKET)).allowed
    assert calls.alone["limits"] == 14
    own_valkey.start()
    await until(lambda: calls.up)
    assert sum([(await each.hit("key", BUCKET)).allowed for _ in range(5) for each in (one, other)]) == 5


async def test_nobody_waits_long_for_a_redis_that_is_frozen(calls: RedisCalls, own_valkey: Valkey) -> None:
    limiter = process(calls)
    own_valkey.pause()
    try:
        async with asyncio.timeout(20):  # without the bound it would be hours
            allowed = [(await limiter.hit("key", BUCKET)).allowed for _ in range(500)]
        assert sum(allowed) == 5
        assert not calls.up
    finally:
        own_valkey.resume()
    await until(lambda: calls.up)
    assert (await limiter.hit("key", BUCKET)).allowed
