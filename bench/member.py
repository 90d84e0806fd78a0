"""One simulated member: connects, says hello, subscribes to a room, and counts what it is delivered.

It never decodes a delivery. All members read into one shared buffer; what is left of an incomplete frame is
put in front of the next read.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.frames import EVENT, client_frame, frame_at, json_frame, run_length, seq_of
from bench.latency import STAMP

_STAMP_AT = b'"text":"'
_BUFFER = 1 << 20


@dataclass
class Shared:
    """What all members of a swarm have together."""

    buffer: bytearray = field(default_factory=lambda: bytearray(_BUFFER))
    seconds: list[float] = field(default_factory=list)  # latencies that the sampled members saw
    sampling: bool = False

    def __post_init__(self) -> None:
        self.view = memoryview(self.buffer)


class Member(asyncio.BufferedProtocol):
    """A client of one room; `token` is empty for the reference, which needs no handshake."""

    def __init__(self, shared: Shared, host: str, token: str, room: str, *, sampled: bool = False) -> None:
        self.shared = shared
        self.room = room
        self.count = 0  # events delivered
        self.last = 0  # the place of the last one
        self.frame_bytes = 0  # of an event
        self.read_at = 0.0  # when the last bytes came
        self.wrong = 0  # times that it was not the expected one
        self.refused: list[dict[str, Any]] = []
        self.on_ack: Callable[[dict[str, Any]], None] | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._host, self._token = host, token
        self.sampled = sampled
        self._upgraded = not token
        self._rest = b""

    def write(self, payload: bytes) -> None:
        """Send one message."""
        self.transport.write(client_frame(payload))

    def write_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.transport.write(data)

    def beat(self) -> None:
        """Say that this client is alive; the reference does not ask for it."""
        if self._token:
            self.transport.write(json_frame({"op": "hb"}))

    def close(self) -> None:
        """Leave without a goodbye."""
        self.transport.abort()

    def hand_over(self) -> tuple[int, bytes]:
        """Let somebody else read from this socket; what is read and not complete goes with it."""
        self.transport.pause_reading()
        return self.transport.get_extra_info("socket").fileno(), self._rest

    def hear(self, payload: bytes, at: float) -> None:
        """What somebody else read then, and is no event; nothing means that the connection was closed."""
        self.read_at = at
        self._other(payload or b"\0\0lost")

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        if not self._upgraded:
            self.transport.write(
                f"GET /api/v1/ws HTTP/1.1\r\nHost: {self._host}\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Protocol: talkoot.v1\r\n\r\n".encode()
            )

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"closed: {exc}")

    def get_buffer(self, _sizehint: int) -> memoryview:
        rest = len(self._rest)
        self.shared.buffer[:rest] = self._rest
        return self.shared.view[rest:]

    def buffer_updated(self, nbytes: int) -> None:
        self.read_at = time.monotonic()
        data, end = self.shared.buffer, len(self._rest) + nbytes
        at = 0 if self._upgraded else self._upgrade(end)
        while at < end and self._upgraded:
            header, size = frame_at(data, at, end)
            if not size:
                break
            if data.startswith(EVENT, at + header):
                run = run_length(data, at, end, header, size)
                self._events(at, size, run)
                at += run * size
            else:
                self._other(bytes(data[at + header : at + size]))
                at += size
        self._rest = bytes(data[at:end])

    # What it hears

    def _upgrade(self, end: int) -> int:
        found = self.shared.buffer.find(b"\r\n\r\n", 0, end)
        if found < 0:
            return 0
        head = bytes(self.shared.buffer[:found])
        if not head.startswith(b"HTTP/1.1 101 "):
            self._fail(f"refused: {head.splitlines()[0]!r}")
        self._upgraded = True
        self.transport.write(json_frame({"op": "hello", "token": self._token}))
        return found + 4

    def _events(self, at: int, size: int, run: int) -> None:
        last = seq_of(self.shared.buffer, at + (run - 1) * size, size)
        if last != self.last + run or not self.ready.done():
            self.wrong += 1
        self.last = last
        self.count += run
        self.frame_bytes = size
        if self.sampled and self.shared.sampling:
            self._sample(at, size, run)

    def _sample(self, at: int, size: int, run: int) -> None:
        now, data = time.monotonic_ns(), self.shared.buffer
        for begin in range(at, at + run * size, size):
            found = data.find(_STAMP_AT, begin, begin + size)
            if found >= 0:
                found += len(_STAMP_AT)
                self.shared.seconds.append((now - int(data[found : found + STAMP])) / 1e9)

    def _other(self, payload: bytes) -> None:
        frame: dict[str, Any] = json.loads(payload) if payload.startswith(b"{") else _closed(payload)
        match frame["op"]:
            case "ack":
                if self.on_ack:
                    self.on_ack(frame)
            case "welcome":
                self.transport.write(json_frame({"op": "sub", "ref": 1, "rooms": [{"room": self.room}]}))
            case "subd":
                self.last = frame["rooms"][0]["head"]
                self.ready.set_result(None)
            case "nack" | "error" | "closed":
                self.refused.append(frame)
                self._fail(str(frame))
            case _:
                pass  # heartbeats and notices

    def _fail(self, why: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(why))


def _closed(payload: bytes) -> dict[str, Any]:
    return {"op": "closed", "code": int.from_bytes(payload[:2], "big"), "reason": payload[2:].decode()}
