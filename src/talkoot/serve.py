"""Runs the program: one process, one port, one line when it answers, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, cast

import uvicorn

from talkoot.garbage import set_aside_what_stays
from talkoot.heap import give_back_what_is_large
from talkoot.realtime.one_port import BoundedHTTP, OnePortHTTP

if TYPE_CHECKING:
    from talkoot.realtime.gateway import Gateway

BACKLOG = 2048
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_RESTING = 75
"""Seconds that a connection without a request stays open: longer than nginx (60) and clients (5) keep theirs.

Who closes first must be the one who asks: a request that meets the end of its connection is lost.
"""
_LAST_REQUESTS = 5
"""Seconds that HTTP requests get to end after all sockets are gone."""


def run(
    app: Any,
    *,
    host: str,
    port: int,
    says: str = "Talkoot is at",
    gateway: Literal["own", "asgi"] = "own",
    frame_bytes: int = 64 * 1024,
) -> int:
    """Serve until a signal comes and all clients were sent away; the exit code."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)  # below it, they tell URLs and headers
    config = uvicorn.Config(
        app,
        http=OnePortHTTP if gateway == "own" else BoundedHTTP,
        ws=cast("type[asyncio.Protocol]", _asgi_socket),
        ws_max_size=frame_bytes,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `kernel.addresses` reads them, for sockets and requests alike
        timeout_keep_alive=_RESTING,
        timeout_graceful_shutdown=_LAST_REQUESTS,
    )
    listener = listen(host, port)
    Server(config, f"{says} http://{_for_url(host)}:{listener.getsockname()[1]}").run([listener])
    return 0


def _asgi_socket(**parts: Any) -> asyncio.Protocol:
    """The protocol of a socket that is not the gateway's own: few servers ever see one."""
    from talkoot.realtime.asgi_socket import BoundedWebSocket

    return BoundedWebSocket(**parts)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


class Server(uvicorn.Server):
    """uvicorn, but the first signal sends all clients away in order, and only a second ends at once."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._signalled = False
        self._draining: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where it is when it answers."""
        await super().startup(sockets)
        if self.started:
            set_aside_what_stays()
            give_back_what_is_large()
            self._loop = asyncio.get_running_loop()
            print(self._greeting, flush=True)  # noqa: T201 - others wait for this line

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals; unlike uvicorn, do not raise them again at the end: a drain is a success."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains; a second, or one before the start, ends at once."""
        del frame
        if not self.started or self._signalled:
            sys.stdout.flush()
            os._exit(128 + sig)
        self._signalled = True
        self._loop.call_soon_threadsafe(self._begin_drain)

    def _begin_drain(self) -> None:
        self._draining = self._loop.create_task(self._drain())

    async def _drain(self) -> None:
        gateway: Gateway = self.lifespan.state["gateway"]
        try:
            await gateway.drain()
        finally:
            self.should_exit = True


def _for_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
