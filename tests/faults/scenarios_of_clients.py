"""Faults that clients bring: some do not read, some send what is no frame; and clocks that jump."""

import asyncio
import contextlib
import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import httpx2

from tests.clients import Api, Socket
from tests.faults import disk
from tests.faults.proxy import Proxy
from tests.faults.speed import Speed
from tests.faults.stage import PATIENCE, Stage
from tests.realtime.test_frames import HOSTILE
from tests.realtime.toy import RawClient, text

HOUR = 3600
READERS = 33  # beside those of any run; with them two are a twentieth
ABSENT = 70  # seconds after which nobody may be present who is gone


async def slow_readers(stage: Stage) -> None:
    """One client reads nothing, one a kilobyte a second: they are sent away, and get everything later.

    How quick it is for the others is measured before and meanwhile, and told; what is slow depends on the
    machine, so nothing is demanded.
    """
    node = stage.deployment.nodes[0]
    proxies = [await Proxy.before(node.port) for _ in range(2)]
    stage.deployment.others += proxies
    for number in range(READERS):
        reader = await stage.client(stage.people[number % len(stage.people)], writes=False)
        reader.idle = True
    slow = []
    for proxy, person in zip(proxies, stage.people, strict=False):
        proxy.narrow = True
        client = await stage.client(person, writes=False)
        client.ground = replace(stage.ground, urls=partial(_only, f"http://127.0.0.1:{proxy.port}"))
        slow.append(client)
    stage.ground.padding = " and so on" * 100  # what is not read has to be more than the system takes
    await stage.load(20, seconds=1)
    start = stage.recording.now()
    await stage.load(100, seconds=2 * stage.seconds)
    before = Speed.of(stage.recording, start)
    start = stage.recording.now()
    proxies[0].down.blackhole = True
    proxies[1].down.rate = 1000

    async def sent_away() -> bool:
        return await _closed_slow(node.url)

    await stage.until("a slow reader was sent away", sent_away, acknowledged=100, patience=3 * PATIENCE)
    meanwhile = Speed.of(stage.recording, start)
    stage.injected("client sent away because it did not read")
    stage.notes.append(
        f"p99 for the others while 2 of {len(stage.clients)} clients stall: {meanwhile}; before: {before}"
    )
    for proxy in proxies:
        proxy.heal()
        proxy.reset_all()
    await stage.load(20)


async def gone_without_a_word(stage: Stage) -> None:
    """A client's machine dies: its socket stays open and silent; soon nobody takes the person for present."""
    node, watcher = stage.deployment.nodes[0], stage.people[0]
    proxy = await Proxy.before(node.port)
    stage.deployment.others.append(proxy)
    victim = await stage.person("eve")
    async with (
        Api(f"http://127.0.0.1:{proxy.port}", victim.token, victim.user) as far,
        await Socket.of(far) as gone,
        await Socket.of(watcher) as looking,
    ):
        await gone.ask(op="hb", seen={})

        async def state() -> str:
            told = await looking.ask(op="presence", users=[victim.user["id"]])
            return str(told["users"].get(victim.user["id"], "offline"))

        async with asyncio.timeout(PATIENCE):
            while await state() != "online":  # noqa: ASYNC110 - it is told late on a cluster
                await asyncio.sleep(0.1)
        proxy.hang()
        began = stage.recording.now()
        while (since := stage.recording.now() - began) < ABSENT + 5 and await state() != "offline":
            stage.recording.add("present", victim.user["id"], since_kill=since)
            await stage.load(5, seconds=1)
            await looking.push(op="hb", seen={})
        stage.injected("client gone without a word", proxy.held)
        stage.notes.append(f"who is gone without a word is shown as present for {since:.0f} s")
        gone.connection.transport.abort()


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
        stage.injected("malformed frame")
        stage.recording.add("malformed", person.user["id"], frame=name, wanted=sorted(codes), got=got)
    await stage.load(20)


async def clock_jumps(stage: Stage) -> None:
    """The clock on the wall is ahead, behind, an hour behind, and right again."""
    order = stage.deployment.root / "orders" / "clock"
    for ahead in (30, -30, -HOUR, 0):
        before = disk.done(stage.deployment.root, "clock")
        order.write_text(str(ahead))
        await stage.load(30, seconds=2)
        stage.injected("clock that jumped", disk.done(stage.deployment.root, "clock") - before)


def _only(url: str) -> list[str]:
    return [url]


async def _closed_slow(url: str) -> bool:
    async with httpx2.AsyncClient() as nobody:
        told = (await nobody.get(f"{url}/metrics")).text
    return any(line.startswith("talkoot_closes") and '"4409"' in line for line in told.splitlines())
