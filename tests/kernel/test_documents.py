"""The documents that a server makes of itself: whoever asks first holds up nobody else."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from talkoot.applications import create_app
from talkoot.kernel.late_routes import LateRoute
from talkoot.settings import Settings

ADDRESSES = ("/api/openapi.json", "/api/asyncapi.json")


async def asked(app: Any, path: str, tag: str = "") -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of the answer."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
    }
    scope |= {"scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    headers = [(b"host", b"localhost"), (b"if-none-match", tag.encode())]
    scope |= {"headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}}
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def worked_out(app: Any) -> int:
    """Have all routes worked out; how many they are."""
    late = [route for route in app.routes if isinstance(route, LateRoute)]
    for route in late:
        route.be_known()
    return len(late)


async def test_routes_are_worked_out_one_in_a_turn(tmp_path: Path) -> None:
    app, turns = create_app(Settings(data=tmp_path)), 0
    answer = asyncio.create_task(asked(app, ADDRESSES[0]))
    while not answer.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > worked_out(app) > 200


@pytest.mark.parametrize("path", ADDRESSES)
async def test_the_loop_turns_while_a_document_is_made(tmp_path: Path, path: str) -> None:
    app = create_app(Settings(data=tmp_path))
    worked_out(app)
    answers = [asyncio.create_task(asked(app, path)) for _ in range(3)]
    turns = 0
    while not all(answer.done() for answer in answers):
        await asyncio.sleep(0)
        turns += 1
    made = [answer.result() for answer in answers]
    assert {status for status, _, _ in made} == {200}
    assert len({body for _, _, body in made}) == 1
    later, again = 0, asyncio.create_task(asked(app, path, made[0][1][b"etag"].decode()))
    while not again.done():
        await asyncio.sleep(0)
        later += 1
    assert again.result()[0] == 304
    assert turns > 20 * later, "the first to ask are answered in as few turns as those who find it made"
    if path == ADDRESSES[0]:
        assert "/api/v1/rooms/{room}/messages" in msgspec.json.decode(made[0][2])["paths"]
