"""Before 101: who may open a socket at all."""

from __future__ import annotations

import asyncio

import pytest
import websockets

from tests.realtime.conftest import Start
from tests.realtime.toy import RawClient, Toy, token, upgrade_request

ORIGIN = "https://chat.example.org"


async def status(toy: Toy, **options: object) -> int:
    try:
        async with toy.open(**options):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://chat.example.org.evil.example",
        "https://evil-chat.example.org",
        "https://chat.example.org:8443",
        "http://chat.example.org",
        "https://CHAT.example.org",
        "https://chat.example.org/",
        "",
    ],
)
async def test_row_01_only_the_exact_origin_may_connect(toy: Toy, origin: str) -> None:
    assert await status(toy, additional_headers={"Origin": origin}) == 403


async def test_the_allowed_origin_and_programs_without_one_may_connect(toy: Toy) -> None:
    assert await status(toy, origin=ORIGIN) == 101
    assert await status(toy) == 101


async def test_row_01_a_cookie_without_an_origin_is_refused(toy: Toy) -> None:
    assert await status(toy, additional_headers={"Cookie": "talkoot=1"}) == 403


async def test_row_01_two_origins_are_refused(toy: Toy) -> None:
    two = [("Origin", ORIGIN), ("Origin", "https://evil.example")]
    assert await status(toy, additional_headers=two) in {400, 403}


@pytest.mark.parametrize("offered", [None, ["talkoot.v2"], ["graphql-ws"], ["talkoot.v1", "bearer.secret"]])
async def test_the_subprotocol_is_required_and_carries_nothing_else(
    toy: Toy, offered: list[str] | None
) -> None:
    assert await status(toy, subprotocols=offered) == 400


async def test_a_newer_subprotocol_beside_ours_is_fine(toy: Toy) -> None:
    async with toy.open(subprotocols=["talkoot.v2", "talkoot.v1"]) as socket:
        assert socket.subprotocol == "talkoot.v1"


async def test_row_08_a_token_in_the_url_is_refused_and_appears_in_no_log(start: Start) -> None:
    toy = start()
    for secret in (f"?token={token()}", "?ticket=secret-ticket"):
        reader, writer = await asyncio.open_connection("127.0.0.1", toy.port)
        writer.write(upgrade_request(f"/api/v1/ws{secret}"))
        assert b" 400 " in await reader.readline()
        writer.close()
    with pytest.raises(websockets.InvalidStatus):
        await toy.open(subprotocols=["talkoot.v1", "secret-in-subprotocol"])
    async with RawClient(toy):
        pass
    assert "secret" not in toy.log
    assert token() not in toy.log


async def test_a_browser_may_list_more_in_connection(toy: Toy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", toy.port)
    writer.write(upgrade_request("/api/v1/ws", "keep-alive, Upgrade"))  # as Firefox does
    assert b" 101 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize("wrong", ["Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: c2hvcnQ="])
async def test_a_wrong_handshake_is_refused(toy: Toy, wrong: str) -> None:
    head = upgrade_request().split(b"\r\n")
    name = wrong.partition(":")[0].encode()
    head = [wrong.encode() if line.startswith(name) else line for line in head]
    reader, writer = await asyncio.open_connection("127.0.0.1", toy.port)
    writer.write(b"\r\n".join(head))
    assert (await reader.readline()).split()[1] in {b"400", b"426"}
    writer.close()


async def test_row_28_connections_of_one_address_are_limited(start: Start) -> None:
    toy = start(connections_per_address=3)
    sockets = [await toy.open() for _ in range(3)]
    with pytest.raises(websockets.InvalidStatus) as refused:
        await toy.open()
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) > 0
    await sockets[0].close()
    await toy.figures_when(lambda figures: figures["connections"] == 2)
    assert await status(toy) == 101
    for socket in sockets:
        await socket.close()


async def test_a_storm_of_handshakes_is_told_to_come_later(start: Start) -> None:
    toy = start(hello_rate=1, hello_burst=3)
    answers = [await status(toy) for _ in range(5)]
    assert answers[:3] == [101] * 3
    assert 503 in answers[3:]


async def test_connections_that_have_not_said_hello_are_limited(start: Start) -> None:
    toy = start(unauthenticated=2)
    async with toy.client(1), toy.client(2), toy.open(), toy.open():
        assert await status(toy) == 503
