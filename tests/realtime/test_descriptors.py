"""The number of a descriptor that a socket has written to is another's tomorrow."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvloop

from talkoot.realtime.gateway import Gateway
from talkoot.realtime.handshake import Upgrade
from talkoot.realtime.hub import Hub
from talkoot.realtime.socket import GatewaySocket

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
HEADERS = [
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-key", KEY),
    (b"sec-websocket-protocol", b"talkoot.v1"),
]


async def _opened() -> tuple[GatewaySocket, asyncio.Transport, socket.socket]:
    hub = Hub()
    gateway = Gateway(hub, [])
    gateway.start()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    transport, _ = await asyncio.get_running_loop().connect_accepted_socket(asyncio.Protocol, ours)
    link = GatewaySocket(gateway, set())
    transport.set_protocol(link)
    link.begin(transport, Upgrade.read(b"", HEADERS), "127.0.0.1")
    assert (await asyncio.get_running_loop().sock_recv(theirs, 4096)).startswith(b"HTTP/1.1 101")
    return link, transport, theirs


@contextmanager
def _taken(number: int) -> Iterator[int]:
    """Somebody else's file has this number now; yields where to read what is written to it."""
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    read, write = os.pipe()
    if read == number:
        read = os.dup(read)
    if write != number:
        os.dup2(write, number)
        os.close(write)
    os.set_blocking(read, False)
    try:
        yield read
    finally:
        os.close(read)
        os.close(number)


@pytest.mark.parametrize("new_loop", LOOPS)
def test_nothing_is_written_to_a_number_that_is_somebody_elses(new_loop: Any) -> None:
    async def story() -> None:
        link, transport, theirs = await _opened()
        number = transport.get_extra_info("socket").fileno()
        link.write(b"before")
        assert await asyncio.get_running_loop().sock_recv(theirs, 4096) == b"before"
        transport.abort()
        await asyncio.sleep(0.05)
        with _taken(number) as read:
            link.write(b"secret")
            link.close(b"secret")
            link.abort()
            with pytest.raises(BlockingIOError):
                os.read(read, 100)
        theirs.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(story())


@pytest.mark.parametrize("new_loop", LOOPS)
def test_nothing_follows_a_close_frame(new_loop: Any) -> None:
    async def story() -> None:
        link, transport, theirs = await _opened()
        link.close(b"close frame")
        link.write(b"secret")
        await asyncio.sleep(0.05)
        assert theirs.recv(100) == b"close frame"
        with pytest.raises(BlockingIOError):
            theirs.recv(100)
        transport.abort()
        await asyncio.sleep(0.05)
        theirs.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(story())
