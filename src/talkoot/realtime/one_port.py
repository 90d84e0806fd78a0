"""Sockets and HTTP on one port: uvicorn's HTTP protocol, which hands the gateway's path to the gateway."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from talkoot.realtime.handshake import Upgrade
from talkoot.realtime.socket import GatewaySocket

if TYPE_CHECKING:
    from talkoot.realtime.gateway import Gateway


class Head:
    """The deadline of a request's head; light, for it stays on the wheel when its connection has gone."""

    __slots__ = ("http", "seconds", "since", "slot")

    def __init__(self, http: BoundedHTTP, seconds: float) -> None:
        self.http: BoundedHTTP | None = http
        self.seconds = seconds
        self.since = time.monotonic()
        self.slot = -1

    def check(self, now: float) -> float | None:
        """End a connection whose head does not end."""
        if self.http is None:
            return None
        if self.since and now - self.since >= self.seconds:
            self.http.transport.abort()
            return None
        return (self.since or now) + self.seconds


class BoundedHTTP(HttpToolsProtocol):
    """HTTP where nobody may take for ever to say what he wants (slowloris)."""

    @property
    def gateway(self) -> Gateway:
        """The gateway that the application's lifespan made."""
        return self.app_state["gateway"]  # type: ignore[no-any-return]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected, and the clock ticks for its first head."""
        super().connection_made(transport)
        hub = self.gateway.hub
        self._head = Head(self, hub.limits.head_seconds)
        hub.wheel.add(self._head, self._head.since + self._head.seconds)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head.since = time.monotonic()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._head.since = 0.0
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """A request for a socket has come: the kernel shall not hide what its client does not read."""
        self._head.http = None
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.gateway.hub.limits.kernel_bytes)
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone; uvicorn itself forgets its keep-alive timer when the client reset the connection."""
        self._head.http = None
        super().connection_lost(exc)
        self._unset_keepalive_if_required()


class OnePortHTTP(BoundedHTTP):
    """The gateway's path goes to the gateway, other sockets to the application."""

    def handle_websocket_upgrade(self) -> None:
        """A request for a socket has come."""
        path, _, query = self.url.partition(b"?")
        if path.decode("latin-1") != self.gateway.path or self.scope["method"] != "GET":
            super().handle_websocket_upgrade()
            return
        self._head.http = None
        self.connections.discard(self)
        link = GatewaySocket(self.gateway, self.server_state.connections)
        self.transport.set_protocol(link)
        upgrade = Upgrade.read(query, self.scope["headers"])
        link.begin(self.transport, upgrade, self.client[0] if self.client else "")
