"""A replica takes over at another address while everybody talks: old connections are left, new ones found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest_asyncio
from redis.asyncio import Redis

from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.redis import RedisTrouble
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.kernel.redis_limits import RedisRateLimiter
from talkoot.kernel.spending import RedisSpending
from talkoot.realtime.redis_bus import RedisBus
from tests.contracts.ears import Node, two_on
from tests.faults.proxy import Proxy
from tests.kernel.ground import ForwardClock, until
from tests.servers.valkey import Valkey

RULE = Rule("shared", 1_000_000, 3600)


@pytest_asyncio.fixture
async def replica(own_valkey: Valkey) -> AsyncIterator[Valkey]:
    server = Valkey()
    await asyncio.to_thread(server.start)
    await follow(server, own_valkey)
    yield server
    server.stop()


async def follow(server: Valkey, primary: Valkey | None) -> None:
    """Become a replica of it, or a primary."""
    async with Redis.from_url(server.url, protocol=2) as client:
        await client.replicaof(*(("127.0.0.1", primary.port) if primary else ("NO", "ONE")))


@asynccontextmanager
async def talking(first: Node[RedisBus], calls: RedisCalls) -> AsyncIterator[None]:
    """One node publishes, and counts for a limit, without an end; nothing of it may fail."""
    limiter, topic = RedisRateLimiter(calls, "test:", ForwardClock(), RedisSpending(calls, "test:")), uuid4()

    async def talk() -> None:
        seq = 0
        while True:
            seq += 1
            first.say(topic, seq)
            assert (await limiter.hit("key", RULE)).allowed
            await asyncio.sleep(0.001)

    task = asyncio.create_task(talk())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_replica_that_takes_over_at_another_address_is_followed(
    own_valkey: Valkey, replica: Valkey
) -> None:
    async with Proxy.opened(own_valkey.port) as proxy:
        url = f"redis://127.0.0.1:{proxy.port}"
        calls = RedisCalls(url)
        await calls.start()

        async def at(server: Valkey) -> bool:
            with suppress(RedisTrouble):
                return f"tcp_port:{server.port}".encode() in await calls.ask("INFO", "server")
            return False

        async with two_on(url) as (first, second), talking(first, calls):
            await until(lambda: bool(second.heard) and first.gaps > 0 < second.gaps)
            for old, new in ((own_valkey, replica), (replica, own_valkey)):
                gaps, alone = second.gaps, calls.alone["limits"]
                await follow(new, None)
                await follow(old, new)  # its connections stay open, and it only reads from now on
                await until(lambda alone=alone: calls.alone["limits"] > alone)  # type: ignore[misc]
                assert not await at(old)
                proxy.target = new.port
                await until(lambda new=new: at(new))  # type: ignore[misc]
                await until(lambda gaps=gaps: second.gaps > gaps and second.bus.connected)  # type: ignore[misc]
                heard = len(second.heard)
                await until(lambda heard=heard: len(second.heard) > heard)  # type: ignore[misc]
        await calls.close()
