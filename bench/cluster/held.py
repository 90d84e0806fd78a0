"""Thousands of sockets on three nodes, one of them is killed: how long until everybody is back."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from bench.cluster.place import Spread
from bench.cluster.returning import Client, Crowd
from bench.waiting import until

SENDERS = 30
EVERY = 1.0  # seconds between two messages of a sender
CALM = 3.0
BEAT = 15.0
BACK = 120.0  # seconds; longer than that is a failure of its own
REST = 2.0
Sample = dict[str, Any]


async def held(place: Spread, sockets: int) -> list[Sample]:
    """One sample; the node that was killed runs again afterwards."""
    before = place.resident()
    crowd = Crowd(place.addresses)
    begin = time.monotonic()
    try:
        await crowd.fill(place.seats(sockets))
        filled = time.monotonic() - begin
        await asyncio.sleep(REST)
        each = (sum(place.resident()) - sum(before)) / sockets
        async with _everyday(crowd) as sending:
            await asyncio.sleep(CALM)
            killed = await _kill(place, crowd)
        await _converged(crowd)
        if wrong := crowd.wrong:
            raise AssertionError(f"{wrong} events were doubled or missing")
        return [
            {
                "case": "one of three killed",
                "sockets": sockets,
                "filled_seconds": round(filled, 2),
                "kib_per_connection": round(each / 1024, 2),
                **killed,
                **sending.told(),
            }
        ]
    finally:
        await crowd.close()
        _run_again(place)


async def _kill(place: Spread, crowd: Crowd) -> Sample:
    lost = sum(client.inside for client in crowd.clients if client.home == 0)
    begin = time.monotonic()
    place.nodes[0].kill()
    await until(lambda: crowd.inside < len(crowd.clients), pause=0.01)
    waits = {}
    for share in (0.5, 0.9, 0.99, 1.0):
        missing = int(lost * (1 - share))
        await until(lambda: crowd.inside >= len(crowd.clients) - missing, pause=0.02, patience=BACK)  # noqa: B023
        waits[f"{share:.0%}_back_seconds"] = round(time.monotonic() - begin, 2)
    return {"lost": lost, "attempts_that_failed": crowd.failed, **waits}


async def _converged(crowd: Crowd) -> None:
    """Everybody has everything of its room."""

    def all_there() -> bool:
        heads = crowd.heads()
        return all(client.last == heads[client.seat.room] for client in crowd.clients)

    await until(all_there, pause=0.1)


def _run_again(place: Spread) -> None:
    for node in place.nodes:
        if not node.process.running:
            node.start()


class Sending:
    """A few who go on writing; each message is sent again, with its cid, until it is acknowledged."""

    def __init__(self, crowd: Crowd) -> None:
        self._refs = itertools.count(1)
        self._crowd = crowd
        self.acknowledged = self.repeated = self.refused = 0
        self.slowest = 0.0
        self.stopping = False

    async def send_on(self, client: Client) -> None:
        """One sender, until it is stopped."""
        while not self.stopping:
            begin = time.monotonic()
            await self._send(client, str(uuid4()))
            self.slowest = max(self.slowest, time.monotonic() - begin)
            await asyncio.sleep(EVERY)

    async def _send(self, client: Client, cid: str) -> None:
        message = {"op": "send", "cid": cid, "room": client.seat.room, "text": "x" * 200}
        while True:
            if client.inside and client.member is not None:
                try:
                    answer = await client.member.ask(next(self._refs), message)
                except ConnectionError:
                    pass
                else:
                    if answer["op"] == "ack":
                        self.acknowledged += 1
                        return
                    if not answer.get("retryable"):
                        self.refused += 1
                        return
                self.repeated += 1
            await asyncio.sleep(0.05)

    def told(self) -> Sample:
        """What became of the messages."""
        return {
            "sends_acknowledged": self.acknowledged,
            "sends_repeated": self.repeated,
            "sends_failed": self.refused,
            "slowest_ack_seconds": round(self.slowest, 2),
        }


@asynccontextmanager
async def _everyday(crowd: Crowd) -> AsyncIterator[Sending]:
    """Messages and heartbeats, as long as the block runs."""
    sending = Sending(crowd)
    every = max(1, len(crowd.clients) // SENDERS)
    async with asyncio.TaskGroup() as group:
        beating = group.create_task(_beat(crowd))
        senders = [group.create_task(sending.send_on(client)) for client in crowd.clients[::every][:SENDERS]]
        yield sending
        sending.stopping = True
        await asyncio.wait(senders)
        beating.cancel()


async def _beat(crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(BEAT)
        crowd.beat()
