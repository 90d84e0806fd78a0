"""Operations: one reply for each reference, bounds on what is asked, and refusals that say what to do."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from tests.realtime.conftest import Start
from tests.realtime.toy import Toy


async def test_a_reference_gets_exactly_one_reply(toy: Toy) -> None:
    async with toy.client() as client:
        for ref in (1, "two", 0):
            await client.send(op="echo", text="hello", ref=ref)
            assert await client.receive() == {"op": "echoed", "text": "hello", "ref": ref}
        await client.send(op="release", ref="nothing to tell")
        assert await client.receive() == {"op": "ok", "ref": "nothing to tell"}
        await client.send(op="release")
        await client.send(op="echo", ref=9)
        assert (await client.receive())["ref"] == 9


async def test_replies_come_in_the_order_of_what_was_asked(toy: Toy) -> None:
    async with toy.client() as client:
        for ref in range(100):
            await client.send(op="echo", ref=ref)
        assert [(await client.receive())["ref"] for _ in range(100)] == list(range(100))


async def test_an_unknown_operation_is_an_error_and_nothing_worse(toy: Toy) -> None:
    async with toy.client() as client:
        assert (await client.ask(op="fly"))["code"] == "unknown_op"
        assert (await client.ask(op="hello"))["code"] == "unknown_op"
        assert (await client.ask(op="echo"))["op"] == "echoed"


async def test_a_wrong_field_is_refused_and_an_unknown_one_ignored(toy: Toy) -> None:
    async with toy.client() as client:
        refused = await client.ask(op="publish", topic=5)
        assert (refused["op"], refused["code"], refused["retryable"]) == ("nack", "invalid", False)
        assert (await client.ask(op="echo", colour="blue"))["op"] == "echoed"


@pytest.mark.parametrize("ref", [True, 1.5, [], "x" * 65])
async def test_a_reference_that_is_none_is_refused(toy: Toy, ref: object) -> None:
    async with toy.client() as client:
        await client.send(op="echo", ref=ref)
        refused = await client.receive()
        assert refused["code"] == "malformed"
        assert "ref" not in refused


async def test_a_refusal_names_the_reference_and_the_cid(toy: Toy) -> None:
    async with toy.client() as client:
        cid = uuid4()
        await client.send(op="refuse", ref=1, cid=cid)
        refused = await client.receive()
        assert refused.pop("detail")
        assert refused == {"op": "nack", "code": "conflict", "retryable": False, "ref": 1, "cid": str(cid)}


async def test_a_defect_is_told_without_its_details(toy: Toy) -> None:
    async with toy.client() as client:
        failed = await client.ask(op="crash")
        assert (failed["code"], failed["retryable"]) == ("internal", True)
        assert "toy" not in failed["detail"]
        assert (await client.ask(op="echo"))["op"] == "echoed"


async def test_sixteen_may_be_unanswered(toy: Toy) -> None:
    async with toy.client() as client:
        for ref in range(17):
            await client.send(op="hold", ref=ref)
        refused = await client.receive()
        assert (refused["ref"], refused["code"], refused["retryable"]) == (16, "too_many_unanswered", True)
        async with toy.client(2) as other:
            await other.send(op="release")
        assert sorted([(await client.receive())["ref"] for _ in range(16)]) == list(range(16))
        assert (await client.ask(op="echo"))["op"] == "echoed"


async def test_too_many_frames_are_refused_then_end_it(start: Start) -> None:
    toy = start(rate=1, burst=3)
    async with toy.client() as client:
        for ref in range(6):
            await client.send(op="echo", ref=ref)
        assert [(await client.receive())["op"] for _ in range(3)] == ["echoed"] * 3
        refused = await client.receive()
        assert (refused["op"], refused["ref"], refused["code"]) == ("nack", 3, "rate_limited")
        assert refused["retryable"]
        assert 0 < refused["retry_after"] <= 1
        assert await client.closed() == 4429


async def test_a_user_is_limited_across_connections(start: Start) -> None:
    toy = start(user_rate=1, user_burst=4)
    async with toy.client(1) as first, toy.client(1) as second, toy.client(2) as other:
        for _ in range(2):
            assert (await first.ask(op="echo"))["op"] == "echoed"
            assert (await second.ask(op="echo"))["op"] == "echoed"
        assert (await first.ask(op="echo"))["code"] == "rate_limited"
        assert (await second.ask(op="echo"))["code"] == "rate_limited"
        assert (await other.ask(op="echo"))["op"] == "echoed"


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "[]",
        '"op"',
        "{}",
        '{"op":1}',
        '{"op":"echo"',
        '{"op":"echo","text":"a","text":"b"}',
        '{"op":"echo","x":NaN}',
        '{"op":"echo","x":-Infinity}',
        '{"op":"echo","x":1e999}',
        '{"op":"echo","x":9007199254740993}',
        '{"op":"echo","x":' + "9" * 60_000 + "}",
        '{"op":"echo","x":' + "[" * 17 + "]" * 17 + "}",
        '{"op":"echo","x":' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"op":"echo","text":"\\u0000"}',
        '{"op":"echo","text":"\\ud800"}',
        '{"op":"echo","text":"\\udc00\\ud800"}',
        '{"op":"echo","text":"\x00"}',
    ],
)
async def test_what_is_not_strict_json_ends_it_and_does_nothing(toy: Toy, payload: str) -> None:
    before = (await toy.figures())["handled"]
    async with toy.client() as client:
        await client.socket.send(payload)
        assert await client.closed() == 4400
    assert (await toy.figures())["handled"] == before


async def test_a_heartbeat_tells_where_the_client_is_behind(toy: Toy, topic: UUID) -> None:
    async with toy.client() as client, toy.client(2) as stranger:
        await client.ask(op="sub", topic=topic)
        await client.ask(op="publish", topic=topic, times=3)
        behind = await client.ask(op="hb", seen={str(topic): 1})
        assert behind["heads"] == {str(topic): 3}
        assert (await client.ask(op="hb", seen={str(topic): 3}))["heads"] == {}
        assert (await stranger.ask(op="hb", seen={str(topic): 0}))["heads"] == {}


async def test_two_missed_heartbeats_end_it(start: Start) -> None:
    toy = start(heartbeat=0.3, rate=0, user_rate=0)
    async with toy.client() as silent, toy.client(2) as alive:
        ended = False
        while not ended:
            await alive.ask(op="hb")
            ended = (await toy.figures())["closes"].get("4410") == 1
        assert await silent.closed() == 4410
        assert (await alive.ask(op="echo"))["op"] == "echoed"


@pytest.mark.parametrize("code", [1000, 1012, 4403, 4413, 4500])
async def test_a_code_arrives_as_it_was_sent(toy: Toy, code: int) -> None:
    async with toy.client() as client:
        await client.send(op="end", code=code)
        assert await client.closed() == code


async def test_a_client_that_leaves_is_forgotten(toy: Toy, topic: UUID) -> None:
    before = await toy.figures_when(lambda figures: figures["connections"] == 0)
    async with toy.client() as client:
        await client.ask(op="sub", topic=topic)
        await client.send(op="watch", topic=topic)
        client.socket.transport.abort()
    after = await toy.figures_when(lambda figures: figures["connections"] == 0)
    assert after["tasks"] == before["tasks"]
    async with toy.client() as client:
        assert json.loads(json.dumps(await client.ask(op="publish", topic=topic)))["seq"] == 1
