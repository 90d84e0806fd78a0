"""A small web site on this machine, which counts what it is asked."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

numbers = itertools.count(1)  # ports come again, and what was found under an address is known for a while


@dataclass
class Site:
    """What it answers on each path: a type and a body, or where a redirect leads."""

    port: int = 0
    root: str = ""
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.root}"

    def answer(self, asked: str) -> bytes:
        path = asked.removeprefix(self.root)
        self.asked[path] += 1
        if path in self.moved:
            return f"HTTP/1.1 302 Found\r\nLocation: {self.moved[path]}\r\nContent-Length: 0\r\n\r\n".encode()
        if path not in self.pages:
            return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
        kind, body = self.pages[path]
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        )
        return head.encode() + b"\r\n" + body


@asynccontextmanager
async def web_site() -> AsyncIterator[Site]:
    site = Site(root=f"/{next(numbers)}")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(site.answer(head.split(b" ")[1].decode()))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        site.port = server.sockets[0].getsockname()[1]
        yield site
