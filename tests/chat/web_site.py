"""A small web site on this machine, which counts what it is asked."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.answers import answering_each

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

    def answer(self, head: str) -> bytes:
        path = head.split(" ")[1].removeprefix(self.root)
        self.asked[path] += 1
        if path in self.moved:
            return f"HTTP/1.1 302 Found\r\nLocation: {self.moved[path]}\r\nContent-Length: 0\r\n\r\n".encode()
        if path not in self.pages:
            return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
        kind, body = self.pages[path]
        told = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        )
        return told.encode() + b"\r\n" + body


@asynccontextmanager
async def web_site() -> AsyncIterator[Site]:
    site = Site(root=f"/{next(numbers)}")
    async with answering_each(site.answer) as site.port:
        yield site
