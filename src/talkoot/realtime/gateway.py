"""The door: who may open a socket, what its life costs, and how all of them are sent away at the end."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from talkoot.kernel.addresses import forwarded_address, limited_as
from talkoot.kernel.token_bucket import TokenBucket
from talkoot.realtime.connection import Connection, Link
from talkoot.realtime.conversation import Conversation
from talkoot.realtime.handshake import AllowsHost, AllowsOrigin, Refusal, Upgrade, busy
from talkoot.realtime.presence import MemoryPresence, PresenceStore
from talkoot.realtime.wheel import Every

if TYPE_CHECKING:
    from talkoot.kernel.spending import Spending
    from talkoot.realtime.counters import Counters
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.operations import Operation

_SHORTEST_DRAIN = 0.2


class Gateway:
    """All sockets of this process, over whichever transport they came."""

    def __init__(
        self,
        hub: Hub,
        operations: Iterable[Operation],
        *,
        presence: PresenceStore | None = None,
        spending: Spending | None = None,
        allows_origin: AllowsOrigin = lambda _origin, _host: False,
        allows_host: AllowsHost = lambda _host: True,
        trusted_proxies: Collection[str] = (),
        public: Collection[str] = (),
        path: str = "/api/v1/ws",
    ) -> None:
        self.hub = hub
        self.path = path
        self.presence = presence or MemoryPresence()
        self.conversation = Conversation(hub, operations, self.presence, spending, public)
        hub.on_close.append(self._absent)
        self.connections: set[Connection] = set()
        self.ready = True
        self._allows_origin = allows_origin
        self._allows_host = allows_host
        self._trusted = tuple(trusted_proxies)
        self._addresses: Counter[str] = Counter()
        self._hellos = TokenBucket()
        self._empty = asyncio.Event()

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        return self.hub.counters

    def start(self) -> None:
        """Begin; call it on the event loop."""
        self.hub.start()
        self.hub.wheel.add(Every(5.0, self.presence.expire), 0.0)

    async def stop(self) -> None:
        """End what runs by itself; sockets are ended by `drain`."""
        await self.hub.stop()

    def address_of(self, peer: str, upgrade: Upgrade) -> str:
        """The client's address, behind the proxies that are trusted."""
        return forwarded_address(peer, upgrade.forwarded_for, self._trusted)

    def refusal(self, upgrade: Upgrade, address: str) -> Refusal | None:
        """Why this request must not become a socket, or None: decided before 101."""
        refusal = upgrade.refusal(self._allows_origin, self._allows_host) or self._full(address)
        if refusal is not None:
            self.counters.refused[refusal.status] += 1
        return refusal

    def open(self, link: Link, address: str) -> Connection:
        """A socket has opened; it has a few seconds to say hello."""
        connection = Connection(self.hub, link, address)
        self.connections.add(connection)
        self._addresses[limited_as(address)] += 1
        self.counters.accepted += 1
        connection.plan()
        return connection

    def lost(self, connection: Connection) -> None:
        """The socket is gone."""
        if not connection.closing:
            connection.closing = True
            connection.out.clear()
            connection.out_bytes = 0
            self.hub.detach(connection)
        connection.close_at = 0.0
        self.connections.discard(connection)
        if not self.connections:
            self._empty.set()
        address = limited_as(connection.address)
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    async def drain(self, seconds: float | None = None) -> None:
        """Send all clients away, each at its own moment within a window; returns when they are gone.

        The window is as long as it takes to come back at `drain_rate` elsewhere, and never above `seconds`.
        """
        self.ready = False
        limits = self.hub.limits
        most = limits.drain_seconds if seconds is None else seconds
        window = min(most, max(_SHORTEST_DRAIN, len(self.connections) / limits.drain_rate))
        start = time.monotonic()
        for connection in list(self.connections):
            after = random.uniform(0.0, window)  # noqa: S311 - spreads load
            if connection.identity is not None:  # nothing comes before the welcome
                connection.send(b'{"op":"drain","after_ms":%d}' % (after * 1000))
            connection.drain_at = start + after
            connection.plan()
        end = start + window + limits.close_seconds + 1.0
        self._empty.clear()
        if self.connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), end - time.monotonic())

    def _absent(self, connection: Connection) -> None:
        if connection.identity is not None and not connection.identity.anonymous:
            self.presence.disconnected(connection.identity.user, connection.id)

    def _full(self, address: str) -> Refusal | None:
        limits = self.hub.limits
        if not self.ready:
            return busy("draining", "The server is stopping")
        waiting = len(self.connections) - self.hub.welcomed
        if len(self.connections) >= limits.connections or waiting >= limits.unauthenticated:
            return busy("unavailable", "Too many connections, come back later")
        if self._addresses[limited_as(address)] >= limits.connections_per_address:
            return busy("rate_limited", "Too many connections from one address", status=429)
        if self._hellos.take(time.monotonic(), limits.hello_rate, limits.hello_burst):
            return busy("unavailable", "Too many at the same moment, come back later")
        return None
