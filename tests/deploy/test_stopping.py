"""A server that sends its clients away answers requests under way and new ones; sockets go elsewhere."""

from __future__ import annotations

import asyncio
import json
import signal
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.clients import Api, Socket, set_up
from tests.conftest import Serve
from tests.realtime.toy import until
from tests.servers.talkoot import Talkoot


async def half_a_request(server: Talkoot, person: Api, room: str) -> tuple[asyncio.StreamReader, Rest]:
    """A message of which only the beginning was sent; what sends the rest."""
    address = urlsplit(server.url)
    assert address.hostname
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    body = json.dumps({"text": "under way"}).encode()
    head = (
        f"POST /api/v1/rooms/{room}/messages HTTP/1.1\r\nhost: {address.netloc}\r\n"
        f"authorization: Bearer {person.token}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body[:5])
    await writer.drain()
    return reader, Rest(writer, body[5:])


class Rest:
    """The end of a request."""

    def __init__(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        self._writer, self._body = writer, body

    async def send(self) -> None:
        self._writer.write(self._body)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def test_requests_are_answered_to_the_end(serve: Serve) -> None:
    server = serve("sqlite", drain_seconds="1")
    owner, workspace = await set_up(server.url)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    async with owner, await Socket.of(owner) as leaving, await Socket.of(owner) as staying:
        reader, rest = await half_a_request(server, owner, room)
        staying.connection.transport.pause_reading()  # it does not hear that it should leave
        server.send_signal(signal.SIGTERM)
        await leaving.until(op="drain")

        async def not_ready() -> bool:
            return (await owner.http.get(f"{server.url}/readyz")).status_code == 503

        await until(not_ready)
        await owner.post(f"/rooms/{room}/messages", {"text": "new"})
        with pytest.raises(InvalidStatus) as refused:
            await Socket.open(server.url)
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"]
        await rest.send()
        assert b"201" in await reader.readline()
        await rest.close()
        assert (await leaving.closed())[0] == 4503
        staying.connection.transport.resume_reading()
        assert await asyncio.to_thread(server.process.stop, signal.SIGCONT, 20) == 0
