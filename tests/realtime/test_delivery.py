"""Delivery: once, in order, to those who asked, and at nobody else's expense."""

from __future__ import annotations

import asyncio
import json
from typing import Self
from uuid import UUID

import pytest
import websockets

from tests.realtime.conftest import Start
from tests.realtime.toy import Client, RawClient, Toy, close_code, text

ROOMY = {"rate": 0, "user_rate": 0, "unanswered": 10_000}
DRAIN = 3  # seconds, one for each of those who are there: time enough to look at a server that stops


async def test_events_reach_every_subscriber_once_and_in_order(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as sender, toy.client(2) as other, toy.client(3) as stranger:
        await sender.ask(op="sub", topic=topic)
        await other.ask(op="sub", topic=topic)
        for _ in range(10):
            await sender.send(op="publish", topic=topic, times=20)
        assert await other.events(200) == list(range(1, 201))
        assert await sender.events(200) == list(range(1, 201))
        assert (await stranger.ask(op="echo"))["op"] == "echoed"


async def test_what_is_owed_in_one_tick_leaves_in_one_write(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as sender, toy.client(2) as other:
        await other.ask(op="sub", topic=topic)
        before = await toy.figures()
        await sender.ask(op="publish", topic=topic, times=50)
        await other.events(50)
        after = await toy.figures()
        assert after["deliveries"] - before["deliveries"] == 51
        assert after["writes"] - before["writes"] == 2


async def test_catching_up_and_live_events_merge(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as sender, toy.client(2) as late:
        await sender.ask(op="publish", topic=topic, times=30)
        storm = asyncio.create_task(_publish(sender, topic, 50))
        for since in (0, 7):
            await late.send(op="sub", topic=topic, since=since)
            assert await late.events(20) == list(range(since + 1, since + 21))
            await late.ask(op="unsub", topic=topic)
        await storm
        head = (await late.ask(op="sub", topic=topic))["head"]
        await sender.ask(op="publish", topic=topic)
        assert await late.events(1) == [head + 1]


async def test_nothing_comes_after_unsubscribing(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as client:
        await client.ask(op="sub", topic=topic)
        assert (await client.ask(op="unsub", topic=topic))["op"] == "ok"
        await client.send(op="publish", topic=topic, ref=1)
        assert (await client.receive())["op"] == "ack"
        assert (await client.ask(op="echo"))["op"] == "echoed"


async def test_a_hole_is_repaired_from_the_log(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as sender, toy.client(2) as other:
        await other.ask(op="sub", topic=topic)
        before = (await toy.figures())["repairs"]
        await sender.ask(op="publish", topic=topic)
        await sender.ask(op="publish", topic=topic, times=3, lost=True)
        await sender.ask(op="publish", topic=topic, times=2)
        assert await other.events(6) == [1, 2, 3, 4, 5, 6]
        assert (await toy.figures())["repairs"] == before + 1


async def test_a_repair_that_cannot_succeed_ends_in_resume(start: Start, topic: UUID) -> None:
    toy = start(**ROOMY)
    async with toy.client(1) as client:
        await client.ask(op="sub", topic=topic, since=5)  # ahead of a log that is empty
        await client.ask(op="publish", topic=topic)
        assert (await client.ask(op="echo"))["op"] == "echoed"


async def test_ephemera_reach_all_but_their_author(toy: Toy, topic: UUID) -> None:
    async with toy.client(1) as author, toy.client(1) as same, toy.client(2) as other:
        for client in (author, same, other):
            await client.ask(op="sub", topic=topic)
        await author.send(op="typing", topic=topic, text="t")
        assert await other.receive() == {"op": "typing", "text": "t"}
        assert (await same.ask(op="echo"))["op"] == "echoed"


async def test_a_user_is_reached_on_all_other_connections(toy: Toy) -> None:
    async with toy.client(1) as author, toy.client(1) as same, toy.client(2) as other:
        await author.send(op="notice", text="read")
        assert await same.receive() == {"op": "notice", "text": "read"}
        await other.send(op="echo")
        assert (await other.receive())["op"] == "echoed"
        await author.send(op="echo")
        assert (await author.receive())["op"] == "echoed"


async def test_who_watches_gets_heads_in_batches_and_no_bodies(start: Start, topic: UUID) -> None:
    toy = start(heads_seconds=0.2, **ROOMY)
    async with toy.client(1) as sender, toy.client(2) as watcher:
        await watcher.ask(op="watch", topic=topic)
        await sender.ask(op="publish", topic=topic, times=20, text="secret")
        assert await watcher.receive() == {"op": "heads", "heads": {str(topic): {"head": 20, "count": 20}}}
        await watcher.ask(op="watch")
        await sender.ask(op="publish", topic=topic)
        await watcher.send(op="echo")
        assert (await watcher.receive())["op"] == "echoed"


async def test_a_client_that_does_not_read_costs_the_others_nothing(start: Start, topic: UUID) -> None:
    toy = start(**ROOMY)
    async with toy.client(1) as sender, toy.client(2) as healthy, Stalled(toy, topic) as stalled:
        await healthy.ask(op="sub", topic=topic)
        before = toy.memory
        for first in range(1, 1921, 16):
            await sender.ask(op="publish", topic=topic, times=16, text="x" * 4000)
            assert await healthy.events(16) == list(range(first, first + 16))
        await toy.figures_when(lambda figures: figures["closes"].get("4409") == 1)
        assert toy.memory - before < 24 * 1024 * 1024
        stalled.read(on=True)
        assert await stalled.closed() == 4409


async def test_a_client_that_reads_too_late_is_closed(start: Start, topic: UUID) -> None:
    toy = start(out_seconds=0.5, out_bytes=64 * 1024 * 1024, **ROOMY)
    async with toy.client(1) as sender, Stalled(toy, topic):
        for _ in range(60):
            await sender.ask(op="publish", topic=topic, times=16, text="x" * 4000)
        await toy.figures_when(lambda figures: figures["closes"].get("4409") == 1)
        await toy.figures_when(lambda figures: figures["connections"] == 1)


async def test_ephemera_are_dropped_first(start: Start, topic: UUID) -> None:
    toy = start(out_bytes=1024 * 1024, **ROOMY)
    async with toy.client(1) as sender, Stalled(toy, topic):
        for _ in range(400):
            await sender.ask(op="typing", topic=topic, times=16, text="x" * 1000)
        figures = await toy.figures()
        assert figures["dropped"] > 1000
        assert figures["connections"] == 2


async def test_a_resumed_client_misses_nothing(start: Start, topic: UUID) -> None:
    toy = start(**ROOMY)
    async with toy.client(1) as sender:
        async with Stalled(toy, topic):
            for _ in range(120):
                await sender.ask(op="publish", topic=topic, times=16, text="x" * 4000)
            await toy.figures_when(lambda figures: figures["closes"].get("4409") == 1)
        async with toy.client(2) as again:
            await again.send(op="sub", topic=topic, since=1900)
            assert await again.events(20) == list(range(1901, 1921))


async def test_drain_sends_everybody_away_in_order(start: Start, topic: UUID) -> None:
    toy = start(drain_seconds=DRAIN, drain_rate=1, **ROOMY)
    async with toy.client(1) as first, toy.client(2) as second, toy.open() as silent:
        toy.terminate()
        for client in (first, second):
            said = await client.receive()
            assert said["op"] == "drain"
            assert 0 <= said["after_ms"] <= DRAIN * 1000
        assert not (await toy.figures())["ready"]
        with pytest.raises(websockets.InvalidStatus) as refused:
            await toy.open()
        assert refused.value.response.status_code == 503
        assert await first.closed() == 4503
        assert await second.closed() == 4503
        assert await close_code(silent) == 4503
    assert await toy.ended() == 0
    assert "Traceback" not in toy.log


async def test_a_client_that_does_not_leave_does_not_hold_up_the_drain(start: Start) -> None:
    toy = start(drain_seconds=0.2, close_seconds=0.3)
    async with RawClient(toy):
        toy.terminate()
        assert await toy.ended() == 0


async def test_a_second_signal_ends_at_once(start: Start) -> None:
    toy = start(drain_seconds=60, drain_rate=0.01)
    async with toy.client(1) as client:
        toy.terminate()
        assert (await client.receive())["op"] == "drain"
        toy.terminate()
        assert await toy.ended() == 128 + 15


def test_the_server_says_where_it_is_in_one_line(toy: Toy) -> None:
    assert toy.line == f"Talkoot is at http://127.0.0.1:{toy.port}\n"


class Stalled(RawClient):
    """Subscribed, and does not read."""

    def __init__(self, toy: Toy, topic: UUID) -> None:
        super().__init__(toy)
        self._topic = topic

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.write(text(json.dumps({"op": "sub", "topic": str(self._topic), "ref": 1}).encode()))
        assert b"subd" in (await self.frame())[1]
        self.read(on=False)
        return self


async def _publish(client: Client, topic: UUID, times: int) -> None:
    for _ in range(times):
        await client.ask(op="publish", topic=topic)
