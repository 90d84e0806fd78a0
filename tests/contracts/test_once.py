"""What may be used once is used once, however many ask, on whichever twin."""

import asyncio
from uuid import uuid4

import pytest

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.realtime.redis_once import RedisOnce
from talkoot.realtime.tickets import MemoryOnce
from tests.kernel.ground import until
from tests.servers.valkey import Valkey


def stores(twin: str | RedisCalls) -> list[MemoryOnce] | list[RedisOnce]:
    """One for each process: Redis serves several."""
    return [MemoryOnce()] if isinstance(twin, str) else [RedisOnce(twin, "test:") for _ in range(3)]


async def test_of_many_who_use_a_token_at_once_one_succeeds(twin: str | RedisCalls) -> None:
    processes, token = stores(twin), str(uuid4())
    used = await asyncio.gather(*(once.use(token, 30) for _ in range(20) for once in processes))
    assert sum(used) == 1
    assert await processes[0].use(str(uuid4()), 30)


async def test_what_can_no_longer_be_accepted_is_forgotten(twin: str | RedisCalls) -> None:
    once, token = stores(twin)[0], str(uuid4())
    assert await once.use(token, 0.01)
    await until(lambda: once.use(token, 0.01))


async def test_nothing_is_used_while_redis_is_away(own_valkey: Valkey) -> None:
    calls = RedisCalls(own_valkey.url)
    await calls.start()
    once = RedisOnce(calls, "test:")
    assert await once.use("before", 30)
    own_valkey.pause()
    with pytest.raises(Unavailable) as refused:
        await once.use("meanwhile", 30)
    assert refused.value.retryable
    own_valkey.resume()
    await until(lambda: calls.up)
    assert not await once.use("before", 30)
    await calls.ask("LPUSH", "test:once:list", "x")
    assert not await once.use("list", 30)
    await calls.ask("CONFIG", "SET", "maxmemory", "1")  # full is as good as away
    with pytest.raises(Unavailable):
        await once.use("full", 30)
    await calls.close()
