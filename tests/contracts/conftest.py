"""The twin of a test: `memory`, or the connection to a Redis that several tests share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from talkoot.kernel.redis_calls import RedisCalls
from tests.servers.valkey import Valkey


@pytest_asyncio.fixture(params=["memory", "redis"])
async def twin(request: pytest.FixtureRequest) -> AsyncIterator[str | RedisCalls]:
    if request.param == "memory":
        yield "memory"
        return
    server: Valkey = request.getfixturevalue("valkey")
    calls = RedisCalls(server.url)
    await calls.start()
    yield calls
    await calls.close()
