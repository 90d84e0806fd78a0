"""What may be used once is used once, however many ask, on whichever twin, whatever happens to its memory."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.realtime.redis_once import RedisOnce
from talkoot.realtime.tickets import MemoryOnce
from tests.kernel.ground import until
from tests.servers.valkey import Valkey

Stores = list[MemoryOnce] | list[RedisOnce]


def stores(twin: str | RedisCalls) -> Stores:
    """One for each process: Redis serves several."""
    return [MemoryOnce()] if isinstance(twin, str) else [RedisOnce(twin, "test:") for _ in range(3)]


@pytest_asyncio.fixture
async def calls(own_valkey: Valkey) -> AsyncIterator[RedisCalls]:
    made = RedisCalls(own_valkey.url)
    await made.start()
    yield made
    await made.close()


async def unknown(once: RedisOnce | MemoryOnce, token: str, mark: str) -> bool:
    """Whether it is refused because nobody can know if it was used; another one may be got."""
    try:
        await once.use(token, 30, mark)
    except Unavailable:
        return True
    return False


async def test_of_many_who_use_a_token_at_once_one_succeeds(twin: str | RedisCalls) -> None:
    processes, token = stores(twin), str(uuid4())
    mark = await processes[-1].mark()
    used = await asyncio.gather(*(once.use(token, 30, mark) for _ in range(20) for once in processes))
    assert sum(used) == 1
    assert await processes[0].use(str(uuid4()), 30, mark)


async def test_a_mark_of_another_memory_is_refused(twin: str | RedisCalls) -> None:
    once, token = stores(twin)[0], str(uuid4())
    other = await (MemoryOnce() if isinstance(twin, str) else RedisOnce(twin, "other:")).mark()
    assert other != await once.mark()
    assert await unknown(once, token, other)
    assert await once.use(token, 30, await once.mark())


async def test_row_48_nothing_is_used_while_redis_is_away(calls: RedisCalls, own_valkey: Valkey) -> None:
    once = RedisOnce(calls, "test:")
    mark = await once.mark()
    assert await once.use("before", 30, mark)
    own_valkey.pause()
    assert await unknown(once, "meanwhile", mark)
    with pytest.raises(Unavailable):
        await once.mark()
    own_valkey.resume()
    await until(lambda: calls.up)
    assert not await once.use("before", 30, mark)
    await calls.ask("LPUSH", "test:once:list", "x")
    assert not await once.use("list", 30, mark)
    await calls.ask("CONFIG", "SET", "maxmemory", "1")  # full is as good as away
    assert await unknown(once, "full", mark)


async def test_what_redis_has_forgotten_is_not_used_again(calls: RedisCalls, own_valkey: Valkey) -> None:
    once = RedisOnce(calls, "test:")
    mark = await once.mark()
    assert await once.use("flushed", 30, mark)
    await calls.ask("FLUSHALL")
    assert await unknown(once, "flushed", mark)
    assert await once.mark() != mark
    assert await unknown(once, "flushed", mark)
    mark = await once.mark()
    assert await once.use("killed", 30, mark)
    own_valkey.kill()
    own_valkey.start()
    assert await unknown(once, "killed", mark)  # it is found to be away
    await until(lambda: calls.up)
    assert await unknown(once, "killed", mark)
    mark = await once.mark()
    await calls.ask("DEL", "test:memory")
    await calls.ask("LPUSH", "test:memory", "x")
    assert await unknown(once, "spoilt", mark)
    assert await once.use("spoilt", 30, await once.mark())


async def test_a_replica_that_took_over_does_not_know_what_was_used(
    calls: RedisCalls, valkey: Valkey
) -> None:
    once = RedisOnce(calls, "test:")
    mark = await once.mark()
    assert await once.use("before", 30, mark)
    await calls.ask("REPLICAOF", "127.0.0.1", valkey.port)
    await calls.ask("REPLICAOF", "NO", "ONE")
    assert await unknown(once, "before", mark)


async def test_the_clock_of_redis_may_be_set(calls: RedisCalls) -> None:
    """By an hour: what was used is then forgotten too soon, or not known any more to be from the past."""
    once, hour = RedisOnce(calls, "test:"), 3_600_000
    memory, _, moment = (await once.mark()).rpartition("-")
    for at in (int(moment) - hour, int(moment) + hour):
        assert await unknown(once, str(uuid4()), f"{memory}-{at}")
