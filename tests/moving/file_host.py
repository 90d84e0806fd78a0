"""A server on this machine that holds files as Slack does: it knows who asked, and with which token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.answers import answering_each


@dataclass
class FileHost:
    """What it answers on each path: a status, a type and a body; 302 leads to the body."""

    port: int = 0
    holds: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    once: dict[str, int] = field(default_factory=dict)
    """The status that is answered the first time."""
    cut: dict[str, int] = field(default_factory=dict)
    """How much of the body comes the first time."""
    silent: set[str] = field(default_factory=set)
    """Paths that are never answered."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """The host, the path, and the token of each request."""

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, head: str) -> bytes | None:
        first, *lines = head.split("\r\n")
        path = first.split(" ")[1]
        given = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        token = given.get("authorization", "")
        self.asked.append((given["host"].split(":")[0], path, token))
        if path in self.silent:
            return None
        status, kind, body = self.holds.get(path, (404, "text/plain", b"gone"))
        status = self.once.pop(path, status)
        more = f"Location: {body.decode()}\r\n" if status == 302 else ""
        told = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n"
        return f"{told}Connection: close\r\n\r\n".encode() + body[: self.cut.pop(path, None)]


@asynccontextmanager
async def file_host() -> AsyncIterator[FileHost]:
    host = FileHost()
    async with answering_each(host.answer) as host.port:
        yield host
