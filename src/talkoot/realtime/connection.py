"""One client: who it is, what it subscribed to, and a bounded buffer of what it is owed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from msgspec import field

from talkoot.kernel.ids import new_id
from talkoot.kernel.token_bucket import TokenBucket
from talkoot.kernel.values import State
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.frames import close_frame, text_frame

if TYPE_CHECKING:
    from talkoot.realtime.counters import Counters
    from talkoot.realtime.limits import Limits
    from talkoot.realtime.wheel import Wheel

log = logging.getLogger("talkoot.realtime")

CHUNK = 64 * 1024
"""Bytes that go to the transport at once; what it cannot send comes on top of the out-buffer's bound."""


class Identity(State):
    """Who a connection is, until `expires_at` (microseconds since the epoch); `welcome` joins the welcome.

    `limits` are those of what it began with, if that is good for less than the user: `may` are then the
    operations that can be asked, and `told` says whether it hears what concerns the user, and not only what
    it subscribed to.
    """

    user: UUID
    session: UUID
    expires_at: int
    actor: object = None
    welcome: dict[str, Any] = field(default_factory=dict)
    limits: object = None
    may: frozenset[str] | None = None
    told: bool = True
    anonymous: bool = False
    """Who only listens: is never present, and may ask for little."""


class Subscribed(Protocol):
    """A connection's view of one topic; see `subscription.Subscription`."""

    live: bool
    position: int

    @property
    def topic(self) -> UUID:
        """What is subscribed to."""
        ...

    def replay(self, events: Iterable[tuple[int, bytes]]) -> None:
        """Hand over events that were read from the log, in order."""
        ...

    def go_live(self) -> None:
        """Take part in what comes."""
        ...

    def suspend(self) -> None:
        """Back to catching up."""
        ...


class Node(Protocol):
    """What a connection needs of the hub."""

    limits: Limits
    counters: Counters
    wheel: Wheel

    def mark_connection(self, connection: Connection) -> None:
        """This connection has something to write at the end of the tick."""
        ...

    def detach(self, connection: Connection) -> None:
        """Forget this connection."""
        ...


class Link(Protocol):
    """The transport under a connection: takes whole frames, never blocks."""

    def write(self, data: bytes) -> None:
        """Send these frames; calls `connection.pause()` if not all could go at once."""
        ...

    def close(self, data: bytes) -> None:
        """Send the close frame and end when the peer has answered."""
        ...

    def abort(self) -> None:
        """End now."""
        ...


class Connection:
    """What is sent in one tick of the event loop leaves in one write; who does not read is closed."""

    __slots__ = (
        "address",
        "bucket",
        "close_at",
        "closing",
        "drain_at",
        "early",
        "expires",
        "heard",
        "hello_at",
        "hub",
        "id",
        "identity",
        "in_message_since",
        "level",
        "link",
        "opened",
        "out",
        "out_bytes",
        "paused_since",
        "slot",
        "subscriptions",
        "unanswered",
        "violations",
        "watched",
    )

    def __init__(self, hub: Node, link: Link, address: str) -> None:
        now = time.monotonic()
        self.hub = hub
        self.link = link
        self.id = new_id()
        self.address = address
        self.identity: Identity | None = None
        self.level = 1  # of the protocol, once it was agreed on
        self.subscriptions: dict[UUID, Subscribed] = {}
        self.watched: set[UUID] | None = None
        self.out: list[bytes] = []
        self.out_bytes = 0
        self.paused_since = 0.0
        self.closing = False
        self.close_at = 0.0  # when closing: how long the client may take to answer; 0 when it is gone
        self.drain_at = 0.0
        self.opened = self.heard = now
        self.hello_at = 0.0
        self.expires = 0.0
        self.in_message_since = 0.0
        self.early: list[str] | None = None
        self.bucket = TokenBucket()
        self.violations: list[float] | None = None
        self.unanswered = 0
        self.slot = -1

    def send(self, frame: bytes, *, ephemeral: bool = False) -> None:
        """Send one JSON text; `ephemeral` may be dropped."""
        if ephemeral and self.out_bytes > self.hub.limits.out_bytes // 2:
            self.hub.counters.dropped += 1
            return
        self.push(text_frame(frame))

    def push(self, framed: bytes) -> None:
        """Send one frame that is already framed."""
        if self.closing:
            return
        self.hub.counters.deliveries += 1
        if not self.out:
            self.hub.mark_connection(self)
        self.out.append(framed)
        self.out_bytes += len(framed)
        if self.out_bytes > CHUNK:
            self.relieve()

    def owe(self, framed: Sequence[bytes], size: int) -> None:
        """Send these frames behind what waits already, at once if the transport takes them."""
        if self.closing:
            return
        self.out += framed
        self.out_bytes += size
        if self.paused_since:
            self.relieve()
        else:
            self.flush()

    def relieve(self) -> None:
        """Much is waiting: write it now, or, if the client does not read, see whether it is too much."""
        try:
            if not self.paused_since:
                self.flush()
            elif self.out_bytes > self.hub.limits.out_bytes or len(self.out) > self.hub.limits.out_writes:
                self.close(CloseCode.SLOW)
        except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
            self.fail()

    def flush(self) -> None:
        """Write what is waiting, as long as the transport takes it."""
        while self.out and not self.paused_since and not self.closing:
            data = self._next_chunk()
            self.hub.counters.writes += 1
            self.link.write(data)

    def pause(self) -> None:
        """The transport could not send all it was given."""
        self.paused_since = time.monotonic()
        self.plan()

    def resume(self) -> None:
        """The transport has sent all it was given."""
        self.paused_since = 0.0
        self.flush()

    def close(self, code: CloseCode, reason: str = "") -> None:
        """End this connection; nothing is delivered to it any more."""
        if self.closing:
            return
        self.closing = True
        # What is left in the buffer still goes, unless it is too much, or nothing may be seen any more.
        last = self.out if self.out_bytes <= CHUNK and code is not CloseCode.NOT_AUTHENTICATED else []
        data = b"".join((*last, close_frame(code, reason)))
        self.out.clear()
        self.out_bytes = 0
        self.hub.counters.closes[code] += 1
        self.close_at = time.monotonic() + self.hub.limits.close_seconds
        self.hub.wheel.add(self, self.close_at)
        self.hub.detach(self)
        self.link.close(data)

    def fail(self) -> None:
        """Called where an exception was caught: log it and end this connection, at nobody else's expense."""
        log.exception("A connection failed")  # noqa: LOG004 - see above
        with suppress(Exception):  # however much of this fails, the wheel ends it
            self.close(CloseCode.INTERNAL)

    def plan(self) -> None:
        """A deadline has come nearer."""
        self.hub.wheel.add(self, min(self._deadlines())[0])

    def check(self, now: float) -> float | None:
        """See which deadline has passed; when to look again."""
        if self.closing:
            return self._end(now)
        deadline, code = min(self._deadlines())
        if deadline > now:
            return deadline
        self.close(code)
        return None

    def _deadlines(self) -> Iterator[tuple[float, CloseCode]]:
        limits = self.hub.limits
        if self.identity is None and self.hello_at:  # it came in time; what takes long now is ours
            yield self.hello_at + limits.welcome_seconds, CloseCode.INTERNAL
        elif self.identity is None:
            yield self.opened + limits.hello_seconds, CloseCode.HELLO_LATE
        else:
            yield self.heard + limits.heartbeat * limits.missed_heartbeats, CloseCode.HEARTBEAT_LOST
        if self.paused_since:
            yield self.paused_since + limits.out_seconds, CloseCode.SLOW
        if self.in_message_since:
            yield self.in_message_since + limits.message_seconds, CloseCode.PROTOCOL_ERROR
        if self.expires:
            yield self.expires, CloseCode.NOT_AUTHENTICATED
        if self.drain_at:
            yield self.drain_at, CloseCode.DRAINING

    def _end(self, now: float) -> float | None:
        if self.close_at > now:
            return self.close_at
        if self.close_at:
            self.link.abort()
        return None

    def _next_chunk(self) -> bytes:
        if self.out_bytes <= CHUNK or len(self.out) == 1:
            data = self.out[0] if len(self.out) == 1 else b"".join(self.out)
            self.out.clear()
            self.out_bytes = 0
            return data
        taken = size = 0
        for framed in self.out:
            if taken and size + len(framed) > CHUNK:
                break
            size += len(framed)
            taken += 1
        data = b"".join(self.out[:taken])
        del self.out[:taken]
        self.out_bytes -= size
        return data
