"""A topic with more subscribers than are written to at once: nothing is lost, doubled, or late for others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

from tests.realtime.toy import Client, Toy

MANY = 230  # more than one slice of a round


async def _client(toy: Toy, stack: AsyncExitStack, number: int) -> Client:
    """One that takes in whatever comes: who stops reading is waited for at the end, for seconds."""
    return await stack.enter_async_context(toy.client(number + 1, max_queue=None))


async def _crowd(toy: Toy, stack: AsyncExitStack, topic: UUID) -> list[Client]:
    crowd = await asyncio.gather(*(_client(toy, stack, n) for n in range(MANY)))
    await asyncio.gather(*(client.ask(op="sub", topic=topic) for client in crowd))
    return crowd


async def test_everybody_gets_everything_once_and_in_order_whoever_comes_and_goes(
    toy: Toy, topic: UUID
) -> None:
    async with AsyncExitStack() as stack:
        crowd = await _crowd(toy, stack, topic)
        sender, leaver, late = crowd[0], crowd[-1], crowd[-2]
        await late.ask(op="unsub", topic=topic)
        publishing = asyncio.create_task(_publish(sender, topic, 40))
        assert (await leaver.events(5))[-1] >= 5
        assert (await leaver.ask(op="unsub", topic=topic))["op"] == "ok"
        await late.send(op="sub", topic=topic, since=0)
        await publishing
        lists = await asyncio.gather(*(client.events(120) for client in crowd[:-1]))
        assert all(seen == list(range(1, 121)) for seen in lists)
        assert (await leaver.ask(op="echo"))["op"] == "echoed"  # and nothing before it


async def test_answers_and_small_topics_do_not_wait_for_a_large_one(toy: Toy, topic: UUID) -> None:
    small = uuid4()
    async with AsyncExitStack() as stack:
        crowd = await _crowd(toy, stack, topic)
        sender = crowd[0]
        await sender.ask(op="sub", topic=small)
        await sender.send(op="publish", topic=topic, ref=1)
        await sender.send(op="publish", topic=small, ref=2)
        assert (await sender.receive()).get("ref") == 1  # before the event that it tells of
        assert sorted([(await sender.receive())["op"] for _ in range(3)]) == ["ack", "ev", "ev"]


async def _publish(sender: Client, topic: UUID, times: int) -> None:
    for _ in range(times):
        await sender.send(op="publish", topic=topic, times=3)
        await asyncio.sleep(0)


async def test_those_who_stay_get_everything_when_most_leave(toy: Toy, topic: UUID) -> None:
    async with AsyncExitStack() as stack:
        crowd = await _crowd(toy, stack, topic)
        sender, stay, leave = crowd[0], crowd[:60], crowd[60:]
        publishing = asyncio.create_task(_publish(sender, topic, 40))
        await asyncio.gather(*(client.ask(op="unsub", topic=topic) for client in leave))
        await publishing
        await asyncio.gather(*(client.ask(op="sub", topic=topic, since=0) for client in leave))
        await _publish(sender, topic, 10)
        lists = await asyncio.gather(*(client.events(150) for client in stay))
        assert all(seen == list(range(1, 151)) for seen in lists)
