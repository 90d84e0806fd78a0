"""What every bus does, within one process and between several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from talkoot.realtime.bus import Bus, MemoryBus, Message
from tests.contracts.ears import Node, two_on, until
from tests.servers.valkey import Valkey

Pair = tuple[Node[Bus], Node[Bus]]


@pytest_asyncio.fixture
async def in_memory() -> Pair:
    bus: Bus = MemoryBus()
    return Node(bus), Node(bus)


@pytest_asyncio.fixture
async def over_redis(valkey: Valkey) -> AsyncIterator[Pair]:
    async with two_on(valkey.url) as nodes:
        yield cast("Pair", nodes)


@pytest.fixture(params=["in_memory", "over_redis"])
def nodes(request: pytest.FixtureRequest, in_memory: Pair, over_redis: Pair) -> Pair:
    return in_memory if request.param == "in_memory" else over_redis


async def test_everybody_hears_a_topic_in_its_order(nodes: Pair) -> None:
    topics = [uuid4() for _ in range(40)]
    for number in range(1, 26):
        for topic in topics:
            nodes[0].say(topic, number)
        await asyncio.sleep(0)
    for node in nodes:
        await until(lambda node=node: len(node.heard) >= 1000)  # type: ignore[misc]
        assert [node.seqs(topic) for topic in topics] == [[*range(1, 26)]] * 40


async def test_who_publishes_hears_at_once_and_once(nodes: Pair, topic: UUID) -> None:
    nodes[0].say(topic, 1, 2)
    assert nodes[0].seqs(topic) == [1, 2]
    await until(lambda: nodes[1].seqs(topic) == [1, 2])
    nodes[1].say(topic, 3)  # comes back after what was published before it
    await until(lambda: 3 in nodes[0].seqs(topic))
    assert nodes[0].seqs(topic) == nodes[1].seqs(topic) == [1, 2, 3]


async def test_messages_arrive_as_they_were(nodes: Pair, topic: UUID) -> None:
    told = [
        Message("log", topic, b'{"op":"ev"}', seq=2**53, count=7),
        Message("log", topic, b"x" * 64 * 1024, seq=1),
        Message("ephemeral", topic, "{\u2028 ✓}".encode(), except_user=uuid4()),
        Message("user", topic, b"\x00\xff", except_connection=uuid4()),
        Message("control", UUID(int=0), b""),
    ]
    for message in told:
        nodes[0].bus.publish(message)
    await until(lambda: len(nodes[1].heard) == len(told))
    for node in nodes:
        assert sorted(node.heard, key=told.index) == told


async def test_much_at_once_arrives_whole(nodes: Pair, topic: UUID) -> None:
    frames = [bytes([number]) * 64 * 1024 for number in range(40)]
    for number, frame in enumerate(frames):
        nodes[0].bus.publish(Message("log", topic, frame, seq=number))
    await until(lambda: len(nodes[1].heard) == len(frames))
    assert [message.frame for message in nodes[1].heard] == frames


async def test_a_listener_that_raises_harms_nobody(
    nodes: Pair, topic: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_message: Message) -> None:
        raise RuntimeError("It was asked to")

    nodes[1].bus.listen(refuse)
    late = Node(nodes[1].bus)
    nodes[0].say(topic, 1, 2)
    await until(lambda: nodes[1].seqs(topic) == [1, 2] == late.seqs(topic))
    assert nodes[0].seqs(topic) == [1, 2]
    assert "It was asked to" in caplog.text


@pytest.fixture
def topic() -> UUID:
    return uuid4()
