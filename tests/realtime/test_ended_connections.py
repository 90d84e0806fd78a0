"""Who was closed, even in the middle of what it is handed, gets nothing more, keeps nothing, harms nobody."""

from __future__ import annotations

from contextlib import AsyncExitStack
from uuid import UUID

from tests.realtime.conftest import Start
from tests.realtime.test_delivery import ROOMY, Stalled
from tests.realtime.toy import Client, Toy

BOUND = {"out_bytes": 64 * 1024, "out_seconds": 600, "close_seconds": 600}
TEXT = "x" * 4000


async def _overflow(toy: Toy, sender: Client, topic: UUID) -> None:
    """Change access until, on such a change, the stalled one has more than it may have."""
    while (await toy.figures())["closes"].get("4409") is None:
        assert (await sender.ask(op="change", topic=topic, times=10, text=TEXT))["op"] == "ack"


async def test_who_is_closed_while_held_back_keeps_nothing(start: Start, topic: UUID) -> None:
    toy = start(**BOUND, **ROOMY)
    async with toy.client(1) as sender, toy.client(2) as healthy, Stalled(toy, topic):
        await _overflow(toy, sender, topic)
        head = (await healthy.ask(op="sub", topic=topic))["head"]
        before = toy.memory
        for first in range(head + 1, head + 3201, 8):
            await sender.ask(op="publish", topic=topic, times=8, text=TEXT)
            assert await healthy.events(8) == list(range(first, first + 8))
        logged = 3200 * len(TEXT)  # the toy's own log
        assert toy.memory - before < logged + 8 * 1024 * 1024
        assert (await healthy.ask(op="unsub", topic=topic))["op"] == "ok"
    assert "Traceback" not in toy.log


async def test_who_is_closed_while_held_back_is_not_written_to_as_somebody_else(
    start: Start, topic: UUID
) -> None:
    toy = start(**BOUND, **ROOMY)
    async with toy.client(1) as sender, AsyncExitStack() as stack:
        async with Stalled(toy, topic) as stalled:
            await _overflow(toy, sender, topic)
            stalled.read(on=True)
            assert await stalled.closed() == 4409
        await toy.figures_when(lambda figures: figures["connections"] == 1)
        innocent = [await stack.enter_async_context(toy.client(n)) for n in range(2, 8)]
        await sender.ask(op="publish", topic=topic, times=5, text="secret")
        for client in innocent:
            await client.send(op="echo")
            assert (await client.receive())["op"] == "echoed"
    assert "Traceback" not in toy.log
