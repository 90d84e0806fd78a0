"""The bus between processes while Redis dies, sleeps, forgets, or carries what is not ours."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from talkoot.kernel import failpoints, redis_link
from talkoot.kernel.redis import RedisAway, require_redis
from talkoot.realtime.bus import Message
from talkoot.realtime.bus_wire import CHANNELS, MOST, Sender
from talkoot.realtime.redis_bus import WAITING, RedisBus
from tests.contracts.ears import KEY, NAMES, Node, two_on, until
from tests.contracts.tls import certificate, tls_before
from tests.servers.valkey import Valkey

PUBLISHED = 200  # times 64 KiB: three times as much as may wait
Nodes = tuple[Node[RedisBus], Node[RedisBus]]


@pytest_asyncio.fixture
async def nodes(own_valkey: Valkey) -> AsyncIterator[Nodes]:
    async with two_on(own_valkey.url) as made:
        yield made


async def hear_each_other(first: Node[RedisBus], second: Node[RedisBus]) -> None:
    topic = uuid4()
    first.say(topic, 1)
    second.say(topic, 2)
    await until(lambda: set(first.seqs(topic)) == set(second.seqs(topic)) == {1, 2})


async def test_after_a_crash_of_redis_nodes_hear_each_other_and_know_of_the_gap(
    nodes: Nodes, own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = nodes
    await hear_each_other(first, second)
    await until(lambda: first.gaps > 0 < second.gaps)  # of the time before they were there
    own_valkey.kill()
    await until(lambda: not first.bus.connected and not second.bus.connected)
    first.say(topic := uuid4(), 1, 2, 3)
    assert first.seqs(topic) == [1, 2, 3]
    assert first.bus.counters.dropped == 3
    gaps = first.gaps, second.gaps
    own_valkey.start()
    await until(lambda: first.bus.connected and second.bus.connected)
    await hear_each_other(first, second)
    await until(lambda: first.gaps > gaps[0] and second.gaps > gaps[1])
    assert second.seqs(topic) == []
    assert caplog.text.count("is away, other servers are told late") == 2


async def test_a_redis_that_sleeps_costs_no_memory_and_no_time(nodes: Nodes, own_valkey: Valkey) -> None:
    first, second = nodes
    own_valkey.pause()
    try:
        topic = publish_too_much(first)
        assert len(first.seqs(topic)) == PUBLISHED
        await until(lambda: not first.bus.connected and not second.bus.connected)
        assert first.bus.waiting == 0
    finally:
        own_valkey.resume()
    await until(lambda: first.bus.connected and second.bus.connected)
    await hear_each_other(first, second)


async def test_what_did_not_fit_is_noticed_by_the_others(nodes: Nodes) -> None:
    first, second = nodes
    await hear_each_other(first, second)
    before = second.gaps
    topic = publish_too_much(first)
    counters = first.bus.counters
    await until(lambda: second.bus.missed == counters.dropped > 0)
    await until(lambda: second.gaps > before)
    assert len(second.seqs(topic)) + counters.dropped == PUBLISHED
    await hear_each_other(first, second)
    assert second.bus.missed == counters.dropped


def publish_too_much(node: Node[RedisBus]) -> UUID:
    """Three times as much as may wait, at once."""
    large, topic = bytes(64 * 1024), uuid4()
    for number in range(PUBLISHED):
        node.bus.publish(Message("log", topic, large, seq=number))
    assert 0 < node.bus.waiting <= WAITING
    return topic


async def test_a_primary_that_becomes_a_replica_is_left(
    nodes: Nodes, own_valkey: Valkey, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = nodes
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        await client.replicaof("127.0.0.1", valkey.port)
        await until(lambda: not first.bus.connected and not second.bus.connected)
        assert "it is a replica" in caplog.text
        await client.replicaof("NO", "ONE")
    await until(lambda: first.bus.connected and second.bus.connected)
    await hear_each_other(first, second)


async def test_either_link_that_breaks_is_opened_again(nodes: Nodes, own_valkey: Valkey) -> None:
    first, second = nodes
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        for which in ("pubsub", "normal"):
            await until(lambda: first.bus.connected and second.bus.connected)
            connects = [node.bus.counters.connects for node in nodes]
            await client.client_kill_filter(_type=which, skipme=True)
            await until(
                lambda connects=connects: all(  # type: ignore[misc]
                    node.bus.counters.connects > before for node, before in zip(nodes, connects, strict=True)
                )
            )
            await until(lambda: first.bus.connected and second.bus.connected)
            await hear_each_other(first, second)


async def test_a_flush_changes_nothing(nodes: Nodes, own_valkey: Valkey) -> None:
    first, second = nodes
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        await client.flushall()
    await hear_each_other(first, second)
    assert [node.bus.counters.connects for node in nodes] == [1, 1]


def sealed(message: object, key: bytes = KEY) -> bytes:
    """A batch of somebody who has the key, whatever is in it."""
    return Sender(key).batch([cast("Message", message)], 0.0)


def at_position(seq: int) -> bytes:
    return sealed(["log", uuid4().bytes, b"{}", seq])


async def test_row_39_what_others_publish_on_our_channels_is_counted_and_ignored(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    whole = sealed(Message("log", uuid4(), b"{}", seq=1))
    garbage = [b"", b"hello", bytes(33), b"\x02" + bytes(40), whole[:-1], whole + b"\0"]
    garbage += [b"\x01" + whole[1:], pickle.dumps(os.system), b"\xff" * (MOST + 1)]
    garbage += [sealed(Message("log", uuid4(), b"{}"), key=b"another key")]
    garbage += [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(len(whole))]
    async with two_on(valkey.url) as (first, second), Redis.from_url(valkey.url, protocol=2) as client:
        for number, payload in enumerate(garbage):
            await client.spublish(f"{NAMES}bus:{number % CHANNELS}", payload)
        await until(lambda: first.bus.counters.rejected == second.bus.counters.rejected == len(garbage))
        await hear_each_other(first, second)
        assert {len(node.heard) for node in (first, second)} == {2}
        assert first.bus.missed == second.bus.missed == 0
        assert caplog.text.count("Ignored what somebody else published") == 2


async def test_what_a_newer_node_may_have_said_is_looked_up(valkey: Valkey) -> None:
    async with two_on(valkey.url) as (first, second), Redis.from_url(valkey.url, protocol=2) as client:
        await hear_each_other(first, second)
        await until(lambda: first.gaps > 0)
        unknown = [sealed(["surprise", uuid4().bytes, b"{}"]), at_position(-1), at_position(2**53 + 1)]
        for number, payload in enumerate(unknown, 1):
            before = first.gaps
            await client.spublish(f"{NAMES}bus:3", payload)
            await until(lambda before=before: first.gaps > before)  # type: ignore[misc]
            assert first.bus.counters.rejected == number


async def test_row_39_what_was_told_is_not_told_again(valkey: Valkey) -> None:
    async with two_on(valkey.url) as (first, second), Redis.from_url(valkey.url, protocol=2) as client:
        sender, topic = Sender(KEY), uuid4()
        batches = [sender.batch([Message("log", topic, b"{}", seq=seq)], 0.0) for seq in (1, 2)]
        for payload in (*batches, *batches, *batches):
            await client.spublish(f"{NAMES}bus:3", payload)
        await until(lambda: first.bus.counters.rejected == second.bus.counters.rejected == 4)
        assert first.seqs(topic) == second.seqs(topic) == [1, 2]


async def test_row_39_a_huge_message_costs_the_connection_and_not_the_memory(
    nodes: Nodes, own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = nodes
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        await client.config_set("client-output-buffer-limit", "pubsub 0 0 0")
        await client.spublish(f"{NAMES}bus:3", bytes(50 * 1024 * 1024))
    await until(lambda: all(node.bus.counters.connects == 2 for node in nodes))
    await until(lambda: first.bus.connected and second.bus.connected)
    await hear_each_other(first, second)
    assert f"more than {redis_link.MOST} bytes came at once" in caplog.text
    assert all(node.bus.counters.bytes_in < MOST for node in nodes)


async def test_the_way_may_be_encrypted(
    valkey: Valkey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pem = certificate(tmp_path)
    async with tls_before(valkey.port, pem) as port:
        unknown = f"rediss://127.0.0.1:{port}/0"
        known = f"{unknown}?ssl_ca_certs={pem}"
        assert await require_redis(known)
        async with two_on(known) as (first, second):
            await hear_each_other(first, second)
        with pytest.raises(RedisAway):
            await require_redis(unknown)
        async with two_on(unknown) as (first, second):
            assert not first.bus.connected
        assert "certificate verify failed" in caplog.text


async def test_a_password_is_said_and_a_wrong_one_not_told(
    own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    async with Redis.from_url(own_valkey.url, protocol=2) as client:
        await client.acl_setuser(
            "bus", enabled=True, passwords="+p@ss/word", channels=["*"], categories=["+@all"]
        )
        await client.config_set("requirepass", "swordfish")
    for user in ("bus:p%40ss%2Fword", ":swordfish"):
        async with two_on(own_valkey.url.replace("://", f"://{user}@")) as (first, second):
            await hear_each_other(first, second)
    async with two_on(own_valkey.url.replace("://", "://:hunter2@")) as (first, second):
        assert not first.bus.connected
    assert "WRONGPASS" in caplog.text
    assert not any(word in caplog.text for word in ("hunter2", "swordfish", "ss/word", "%2F"))


async def test_what_is_no_redis_is_left_again(caplog: pytest.LogCaptureFixture) -> None:
    async def chat(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(chat, "127.0.0.1")
    async with server, two_on(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}") as (first, _):
        assert not first.bus.connected
    assert "this is no Redis" in caplog.text


@pytest.mark.parametrize(
    ("fail", "log", "control"), [("bus_drop_log", 0, 1), ("bus_drop_control", 1, 0), ("bus_double", 2, 2)]
)
async def test_failpoints_break_what_comes_from_others_only(
    valkey: Valkey, fail: str, log: int, control: int
) -> None:
    async with two_on(valkey.url) as (first, second):
        failpoints.arm(fail)
        try:
            topic = uuid4()
            for kind in ("log", "control", "user"):
                first.bus.publish(Message(kind, topic, b"{}"))
            assert len(first.heard) == 3
            await until(lambda: any(message.kind == "user" for message in second.heard))
        finally:
            failpoints.arm("")
        kinds = [message.kind for message in second.heard]
        assert (kinds.count("log"), kinds.count("control")) == (log, control)
