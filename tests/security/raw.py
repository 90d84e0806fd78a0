"""A client that may break every rule: it writes whatever bytes, and reads what the server makes of them."""

import asyncio
import base64
import json
import os
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.clients import PATIENCE, Api

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9


def frame(payload: bytes, first: int = 0x80 | TEXT, *, masked: bool = True) -> bytes:
    """One frame; `first` is FIN, the reserved bits and the opcode."""
    mask = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, mask | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, mask | 126, size)
    else:
        head = struct.pack("!BBQ", first, mask | 127, size)
    return head + (b"\0\0\0\0" if masked else b"") + payload  # a mask of zeros changes nothing


def upgrade(host: str, path: str = "/api/v1/ws", **headers: str) -> bytes:
    """The head of a handshake; keyword values replace or add headers, an empty one leaves it out."""
    fields = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "talkoot.v1",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode()


class Raw:
    """A TCP connection to a server, in a `with`."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc

    async def __aenter__(self) -> Self:
        name, _, port = self.host.partition(":")
        self.reader, self.writer = await asyncio.open_connection(name, int(port))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def status(self) -> int:
        """The status of an HTTP answer; its head is read, its body is not."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        return int(head.split()[1])

    async def handshake(self, path: str = "/api/v1/ws", **headers: str) -> int:
        """Ask for a socket; the status."""
        self.write(upgrade(self.host, path, **headers))
        return await self.status()

    async def hello(self, person: Api) -> Self:
        """Open a socket and say hello."""
        assert await self.handshake() == 101
        self.write(frame(json.dumps({"op": "hello", "token": person.token}).encode()))
        assert b'"welcome"' in (await self.next())[1]
        return self

    async def next(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        first, length = await asyncio.wait_for(self.reader.readexactly(2), PATIENCE)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(length)

    async def closed(self) -> int:
        """The code of the close frame."""
        while (found := await self.next())[0] != CLOSE:
            pass
        return int.from_bytes(found[1][:2], "big")
