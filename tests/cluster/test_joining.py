"""A server joins while others write: it delivers what came while it was starting, and what comes after it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from tests.clients import Api, Socket, set_up
from tests.faults.proxy import Proxy
from tests.servers.talkoot import Talkoot

SLOW = 0.1  # seconds for each answer of the database: much is heard before the first one


async def test_who_joins_amid_traffic_delivers(two: tuple[Talkoot, Talkoot]) -> None:
    first, second = two
    url = second.environment["TALKOOT_DATABASE_URL"]
    port = urlsplit(url).port
    assert port
    owner, workspace = await set_up(first.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    async with Proxy.opened(port) as proxy, owner, Api(second.url, owner.token, owner.user) as there:
        second.kill()
        second.environment["TALKOOT_DATABASE_URL"] = url.replace(f":{port}", f":{proxy.port}")
        proxy.down.delay = SLOW
        second.launch()
        started = asyncio.create_task(asyncio.to_thread(second.wait))
        while not started.done():
            await owner.post(f"/rooms/{room}/messages", {"text": "while it starts"})
        await started
        proxy.heal()
        async with await Socket.of(there) as socket:
            await socket.subscribe(room)
            sent = await owner.post(f"/rooms/{room}/messages", {"text": "after it has started"})
            await socket.event("message.created", seq=sent["seq"])
