"""A WebSocket on a TCP or Unix transport of the event loop: no task, no future, no buffer of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import TYPE_CHECKING, Any, cast

from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.frames import CLOSE, PING, TEXT, pong_frame
from talkoot.realtime.handshake import SUBPROTOCOL, Refusal, Upgrade
from talkoot.realtime.reader import BrokenFrame, FrameReader

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.gateway import Gateway

_REASONS = {400: "Bad Request", 403: "Forbidden", 426: "Upgrade Required", 429: "Too Many Requests"}


class GatewaySocket(asyncio.Protocol):
    """The link between one transport and one connection; `open_sockets` is the server's own list."""

    __slots__ = ("_connection", "_deaf", "_descriptor", "_gateway", "_open_sockets", "_reader", "_transport")

    def __init__(self, gateway: Gateway, open_sockets: set[Any]) -> None:
        self._gateway = gateway
        self._open_sockets = open_sockets
        self._reader = FrameReader(gateway.hub.limits)
        self._connection: Connection | None = None
        self._deaf = False
        self._descriptor = -1

    def begin(self, transport: asyncio.Transport, upgrade: Upgrade, peer: str) -> None:
        """Take over a transport whose client asked for a socket: answer 101, or why not."""
        self._transport = transport
        address = self._gateway.address_of(peer, upgrade)
        refusal = upgrade.key_refusal() or self._gateway.refusal(upgrade, address)
        if refusal is not None:
            transport.write(_response(refusal))
            transport.close()
            return
        self._open_sockets.add(self)
        self._tune(transport)
        transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\nSec-WebSocket-Protocol: %b\r\n\r\n"
            % (upgrade.accept(), SUBPROTOCOL.encode())
        )
        self._connection = self._gateway.open(self, address)
        if transport.get_write_buffer_size():  # else `write` would overtake the answer
            self._connection.pause()

    def data_received(self, data: bytes) -> None:
        """Bytes came; after our close frame only the client's answer to it is waited for."""
        connection = self._connection
        if self._deaf or connection is None:
            return
        try:
            for opcode, payload in self._reader.feed(data):
                self._take(connection, opcode, payload)
        except BrokenFrame as broken:
            self._deaf = True  # what still comes is neither read nor kept
            connection.close(broken.code, broken.detail)
            return
        if self._reader.in_message != bool(connection.in_message_since) and not connection.closing:
            connection.in_message_since = time.monotonic() if self._reader.in_message else 0.0
            connection.plan()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        del exc
        self._descriptor = -1
        self._open_sockets.discard(self)
        if self._connection is not None:
            self._gateway.lost(self._connection)
            self._connection = None

    def pause_writing(self) -> None:
        """The transport keeps something that it could not send."""
        if self._connection is not None:
            self._connection.pause()

    def resume_writing(self) -> None:
        """The transport has sent everything."""
        if self._connection is not None:
            self._connection.resume()

    def write(self, data: bytes) -> None:
        """Give the kernel what it takes now, and the transport the rest; nobody writes while it has some.

        Past the transport, for its own `write` costs a fifth of what a delivery costs. An error is met again
        by the transport, which ends then.

        The number of a descriptor that is closed soon is another's, so it is forgotten with the close frame
        and in `connection_lost`, which event loops call before they close the descriptor; -1 is nobody's.
        A duplicate of our own could not go stale, but would cost each connection a second descriptor, and
        would keep its socket open behind the transport's back.
        """
        try:
            sent = os.write(self._descriptor, data)
        except OSError:
            if self._descriptor < 0:
                return
            sent = 0
        if sent < len(data) and not self._transport.is_closing():
            self._transport.write(data[sent:])

    def close(self, data: bytes) -> None:
        """Write the close frame; the transport ends when the client has answered, or is aborted."""
        self._descriptor = -1  # nothing follows a close frame
        if not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        """End now."""
        self._descriptor = -1
        self._transport.abort()

    def shutdown(self) -> None:
        """The server stops although the drain is not over."""
        if self._connection is not None:
            self._connection.close(CloseCode.RESTART)
        self._transport.close()

    def _take(self, connection: Connection, opcode: int, payload: str | bytes) -> None:
        if opcode == CLOSE:
            self._deaf = True
            if not connection.closing:
                connection.close(CloseCode.NORMAL)
            self._transport.close()
        elif connection.closing:
            return
        elif opcode == TEXT:
            self._gateway.conversation.take(connection, cast("str", payload))
        elif opcode == PING and self._gateway.conversation.pinged(connection):
            connection.push(pong_frame(cast("bytes", payload)))

    def _tune(self, transport: asyncio.Transport) -> None:
        """Each write goes out at once or tells us; the kernel hides little of what a client does not read."""
        transport.set_write_buffer_limits(high=0)
        sock = transport.get_extra_info("socket")
        self._descriptor = sock.fileno()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._gateway.hub.limits.kernel_bytes)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _response(refusal: Refusal) -> bytes:
    body = refusal.body()
    lines = [f"HTTP/1.1 {refusal.status} {_REASONS.get(refusal.status, 'Service Unavailable')}"]
    lines += [f"{name}: {value}" for name, value in refusal.headers()]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join(lines).encode() + body
