"""A small HTTP/1.1 client: connections that stay open, one request under way on each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


def request_bytes(
    method: str, path: str, host: str, *, token: str = "", body: bytes = b"", etag: str = ""
) -> bytes:
    """A request; a body is JSON if it begins like it, else a form."""
    kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if etag:
        lines.append(f"If-None-Match: {etag}")
    if method != "GET":
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + _END + body


class Line(asyncio.Protocol):
    """One connection; `ask` sends a request and waits for the whole answer."""

    def __init__(self) -> None:
        self.head = b""  # of the last answer
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._whole = 0  # bytes of the answer under way, as soon as its head is there
        self._body = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._whole and (head := self._buffer.find(_END)) >= 0:
            self._body = head + len(_END)
            self._whole = self._body + self._length(head)
        if self._whole and len(self._buffer) >= self._whole and self._answer:
            status, body = int(self._buffer[9:12]), bytes(self._buffer[self._body : self._whole])
            self.head = bytes(self._buffer[: self._body])
            del self._buffer[: self._whole]
            self._whole = 0
            if not self._answer.done():  # whoever asked may have gone
                self._answer.set_result((status, body))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer

    def _length(self, head: int) -> int:
        fields = self._buffer[: head + 2].lower()
        found = fields.find(_LENGTH)
        if found < 0:
            return 0  # 204 and 304
        return int(fields[found + len(_LENGTH) : fields.index(b"\r\n", found)])


async def connect(host: str, port: int) -> Line:
    """One more connection."""
    _, line = await asyncio.get_running_loop().create_connection(Line, host, port)
    return line


class Rest:
    """The REST interface over a few connections; paths are relative to /api/v1."""

    def __init__(self, host: str, port: int, lines: list[Line]) -> None:
        self.lines = lines
        self.host = f"{host}:{port}"
        self._place = host, port
        self._free: asyncio.Queue[Line] = asyncio.LifoQueue()
        for line in lines:
            self._free.put_nowait(line)

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:
        """The decoded answer; raises on any status but 2xx."""
        encoded = json.dumps(body).encode() if body is not None else b""
        return await self._call(method, path, encoded, token)

    async def form(self, path: str, **fields: str) -> Any:
        """The same for a form."""
        return await self._call("POST", path, urlencode(fields).encode(), "")

    async def _call(self, method: str, path: str, body: bytes, token: str) -> Any:
        request = request_bytes(method, f"/api/v1{path}", self.host, token=token, body=body)
        line = await self._free.get()
        if line.transport.is_closing():  # the server does not wait for ever for the next request
            line = await connect(*self._place)
            self.lines.append(line)
        try:
            status, answer = await line.ask(request)
        finally:
            self._free.put_nowait(line)
        if status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else None


@asynccontextmanager
async def rest(host: str, port: int, lines: int = 32) -> AsyncIterator[Rest]:
    """Connections that are open as long as the block runs."""
    opened: list[Line] = []
    try:
        opened += [await connect(host, port) for _ in range(lines)]
        yield Rest(host, port, opened)
    finally:
        for line in opened:
            line.transport.close()
        await asyncio.sleep(0)
