"""The first frame, and the end of what it allowed."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from tests.realtime.conftest import Start
from tests.realtime.toy import Toy, close_code, token

OPERATIONS = ["sub", "publish", "echo", "release", "hb", "auth", "revoke", "unknown"]


async def test_the_welcome_is_the_first_frame(toy: Toy) -> None:
    async with toy.client(7) as client:
        assert client.welcome["user"] == {"id": str(UUID(int=7))}
        assert client.welcome["level"] == 1
        assert client.welcome["heartbeat"] == 25
        assert client.welcome["toy"]


@pytest.mark.parametrize("op", OPERATIONS)
async def test_row_02_nothing_happens_before_hello(toy: Toy, op: str) -> None:
    before = (await toy.figures())["handled"]
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": op, "ref": 1, "topic": str(UUID(int=5)), "text": "no"}))
        assert await close_code(socket) == 4401
    assert (await toy.figures())["handled"] == before


@pytest.mark.parametrize("wrong", ["", "nonsense", None])
async def test_a_wrong_token_ends_it(toy: Toy, wrong: str | None) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": wrong}))
        assert await close_code(socket) == 4401


async def test_a_hello_that_is_no_hello_ends_it(toy: Toy) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": 5}))
        assert await close_code(socket) == 4400


async def test_a_failure_of_ours_asks_to_come_again(toy: Toy) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": "crash"}))
        assert await close_code(socket) == 4500


@pytest.mark.parametrize(
    ("server", "client", "agreed"),
    [
        ((1, 1), {}, 1),
        ((1, 3), {}, 1),  # an old client on a new server, which still speaks with it
        ((1, 3), {"level": 2}, 2),
        ((1, 1), {"level": 2, "least": 1}, 1),  # a new client on an old server
        ((2, 3), {"level": 5, "least": 3}, 3),
        ((1, 1), {"level": 2}, None),  # a client that needs what the server does not know
        ((2, 3), {}, None),  # one that is older than the oldest
        ((2, 3), {"level": 9, "least": 4}, None),
    ],
)
async def test_both_sides_speak_the_newest_level_that_they_share(
    start: Start, server: tuple[int, int], client: dict[str, int], agreed: int | None
) -> None:
    toy = start(oldest_level=server[0], level=server[1])
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": token(), **client}))
        if agreed is None:
            assert await close_code(socket) == 4426
        else:
            assert json.loads(await socket.recv())["level"] == agreed


async def test_a_large_hello_ends_it(toy: Toy) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": "x" * 9000}))
        assert await close_code(socket) == 1009


async def test_row_28_a_late_hello_ends_it(start: Start) -> None:
    toy = start(hello_seconds=0.2)
    async with toy.open() as socket:
        assert await close_code(socket) == 4408


async def test_frames_right_behind_the_hello_wait_for_the_welcome(toy: Toy) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": "late"}))
        await socket.send(json.dumps({"op": "echo", "text": "early", "ref": 1}))
        assert json.loads(await socket.recv())["op"] == "welcome"
        assert json.loads(await socket.recv())["text"] == "early"


async def test_too_much_before_the_welcome_ends_it(toy: Toy) -> None:
    async with toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": "late"}))
        for _ in range(20):
            await socket.send(json.dumps({"op": "echo"}))
        assert await close_code(socket) == 4413


async def test_a_user_has_only_so_many_connections(start: Start) -> None:
    toy = start(connections_per_user=2)
    async with toy.client(1), toy.client(1), toy.client(2), toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": token(1)}))
        assert await close_code(socket) == 4413


async def test_the_end_of_the_token_ends_it(toy: Toy) -> None:
    async with toy.client(3, seconds=0.3) as client:
        assert await client.closed() == 4401


async def test_a_new_token_keeps_it_open(toy: Toy) -> None:
    async with toy.client(3, seconds=0.5) as client:
        assert await client.ask(op="auth", token=token(3, seconds=0.9)) | {"ref": 0} == {"op": "ok", "ref": 0}
        assert (await client.ask(op="auth", token=token(4)))["code"] == "forbidden"
        assert (await client.ask(op="auth", token="wrong"))["code"] == "not_authenticated"
        assert await client.closed() == 4401
        assert (await toy.figures())["ready"]


async def test_the_end_of_a_session_ends_its_connections_and_no_others(toy: Toy) -> None:
    async with (
        toy.client(4, session=41) as first,
        toy.client(4, session=41) as same,
        toy.client(4, session=42) as other,
    ):
        await other.ask(op="revoke", topic=UUID(int=41))
        assert await first.closed() == 4401
        assert await same.closed() == 4401
        assert (await other.ask(op="echo", text="here"))["text"] == "here"


async def test_a_session_that_ends_during_the_hello_is_not_let_in(toy: Toy) -> None:
    async with toy.client(5) as admin, toy.open() as socket:
        await socket.send(json.dumps({"op": "hello", "token": "late"}))
        await admin.ask(op="echo")
        await admin.ask(op="revoke", topic=UUID(int=77))
        assert await close_code(socket) == 4401


async def test_a_session_can_be_used_again_after_an_older_end(toy: Toy) -> None:
    async with toy.client(6, session=61) as client:
        await client.ask(op="revoke", topic=UUID(int=62))
        async with toy.client(6, session=62) as later:
            assert (await later.ask(op="echo"))["op"] == "echoed"
