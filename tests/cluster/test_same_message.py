"""The same message sent to two servers at the same moment is stored once, and acknowledged by both."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack

from tests.clients import Socket
from tests.cluster.test_two_nodes import pair_on
from tests.servers.talkoot import Talkoot


async def test_a_retry_on_another_server_overtakes_nothing(two: tuple[Talkoot, Talkoot]) -> None:
    pair = await pair_on(two)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(pair.owner)
        await stack.enter_async_context(pair.guest)
        elsewhere = await stack.enter_async_context(pair.on(pair.owner, 1))
        sockets = [await stack.enter_async_context(await Socket.of(who)) for who in (pair.owner, elsewhere)]
        for number in range(60):
            cid = str(uuid.uuid4())
            answers = await asyncio.gather(
                *(socket.send(pair.room, f"number {number}", cid) for socket in sockets)
            )
            assert [answer["op"] for answer in answers] == ["ack", "ack"], answers
            assert len({answer["seq"] for answer in answers}) == 1
            assert sorted(answer["dup"] for answer in answers) == [False, True]
