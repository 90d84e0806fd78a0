"""Faults that clients bring: some do not read, some send what is no frame; and clocks that jump."""

import asyncio
import contextlib
import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import httpx2

from tests.faults.proxy import Proxy
from tests.faults.stage import PATIENCE, Stage
from tests.realtime.test_frames import HOSTILE
from tests.realtime.toy import RawClient, text

HOUR = 3600


async def slow_readers(stage: Stage) -> None:
    """One client reads nothing, one a kilobyte a second: they are sent away, and get everything later."""
    node = stage.deployment.nodes[0]
    proxies = [await Proxy.before(node.port) for _ in range(2)]
    stage.deployment.others += proxies
    for proxy, person in zip(proxies, stage.people, strict=False):
        proxy.narrow = True
        client = await stage.client(person, writes=False)
        client.ground = replace(stage.ground, urls=partial(_only, f"http://127.0.0.1:{proxy.port}"))
    await stage.load(20, seconds=1)
    proxies[0].down.blackhole = True
    proxies[1].down.rate = 1000
    async with asyncio.timeout(PATIENCE):
        while not await _closed_slow(node.url):
            await stage.load(20, seconds=0.5)
    for proxy in proxies:
        proxy.heal()
        proxy.reset_all()
    await stage.load(20)


async def malformed_frames(stage: Stage) -> None:
    """Everything that is no frame, over connections of a member; the others must not notice."""
    person = stage.people[2]
    hello = text(json.dumps({"op": "hello", "token": person.token}).encode())
    for name, (data, codes) in HOSTILE.items():
        node = stage.chance.choice(stage.deployment.nodes)
        got: object = "no answer"
        async with RawClient(cast("Any", SimpleNamespace(port=node.port)), hello=False) as client:
            client.write(hello)
            assert b"welcome" in (await client.frame())[1]
            client.write(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    got = await client.closed()
        stage.recording.add("malformed", person.user["id"], frame=name, wanted=sorted(codes), got=got)
    await stage.load(20)


async def clock_jumps(stage: Stage) -> None:
    """The clock on the wall is ahead, behind, an hour behind, and right again."""
    order = stage.deployment.root / "orders" / "clock"
    for ahead in (30, -30, -HOUR, 0):
        order.write_text(str(ahead))
        await stage.load(30, seconds=2)


def _only(url: str) -> list[str]:
    return [url]


async def _closed_slow(url: str) -> bool:
    async with httpx2.AsyncClient() as nobody:
        told = (await nobody.get(f"{url}/metrics")).text
    return any(line.startswith("talkoot_closes") and '"4409"' in line for line in told.splitlines())
