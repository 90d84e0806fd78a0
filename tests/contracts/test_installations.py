"""Two installations on one Redis: nobody hears, limits, admits or sees those of the other."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.redis import names_of
from talkoot.kernel.redis_calls import RedisCalls
from talkoot.kernel.redis_limits import RedisRateLimiter
from talkoot.kernel.secrets import Secrets
from talkoot.kernel.spending import RedisSpending
from talkoot.realtime.bus import MemoryBus, Message
from talkoot.realtime.bus_wire import Sender, channel_of
from talkoot.realtime.redis_once import RedisOnce
from talkoot.realtime.redis_presence import RedisPresence
from tests.contracts.ears import two_on, until
from tests.kernel import ground
from tests.servers.valkey import Valkey

HERE, THERE = (names_of(uuid4()) for _ in range(2))
SECRETS = Secrets("the same for both, as for a copy of a database")
KEYS = {names: SECRETS.key_for(names) for names in (HERE, THERE)}


@pytest_asyncio.fixture
async def calls(valkey: Valkey) -> AsyncIterator[RedisCalls]:
    made = RedisCalls(valkey.url)
    await made.start()
    yield made
    await made.close()


async def test_they_do_not_hear_each_other(valkey: Valkey) -> None:
    async with two_on(valkey.url, HERE, KEYS[HERE]) as here, two_on(valkey.url, THERE, KEYS[THERE]) as there:
        topic = uuid4()
        here[0].say(topic, 1)
        there[0].say(topic, 2)
        await until(lambda: here[1].seqs(topic) == [1] and there[1].seqs(topic) == [2])
        assert here[0].seqs(topic) == [1]
        assert there[0].seqs(topic) == [2]
        assert not any(node.bus.counters.rejected for node in (*here, *there))


async def test_what_the_other_says_on_our_channels_is_not_believed(valkey: Valkey) -> None:
    async with two_on(valkey.url, HERE, KEYS[HERE]) as here, Redis.from_url(valkey.url, protocol=2) as client:
        message = Message("log", uuid4(), b"{}", seq=1)
        batch = Sender(KEYS[THERE]).batch([message], 0.0)
        await client.spublish(f"{HERE}bus:{channel_of(message)}", batch)
        await until(lambda: all(node.bus.counters.rejected == 1 for node in here))
        assert not any(node.seqs(message.topic) for node in here)


async def test_they_do_not_limit_each_other(calls: RedisCalls) -> None:
    rule = Rule("shared", 1, 3600)
    for names in (HERE, THERE):
        limiter = RedisRateLimiter(calls, names, ground.ForwardClock(), RedisSpending(calls, names))
        assert [(await limiter.hit("key", rule)).allowed for _ in range(2)] == [True, False]


async def test_they_do_not_admit_the_tickets_of_each_other(calls: RedisCalls) -> None:
    here, there = RedisOnce(calls, HERE), RedisOnce(calls, THERE)
    mark, token = await here.mark(), str(uuid4())
    with pytest.raises(Unavailable):
        await there.use(token, 30, mark)
    assert await here.use(token, 30, mark)


async def test_they_do_not_see_the_people_of_each_other(calls: RedisCalls) -> None:
    user = UUID(int=7)
    here, near, there = [RedisPresence(calls, names, MemoryBus()) for names in (HERE, HERE, THERE)]
    here.connected(user, uuid4())

    async def told() -> bool:
        return await near.state_of([user]) == {user: "online"}

    await ground.until(told)
    assert await there.state_of([user]) == {user: "offline"}
