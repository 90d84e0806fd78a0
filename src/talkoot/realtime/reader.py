"""Reads what clients send, frame by frame (RFC 6455), and knows how to refuse. Does no I/O.

Our own, and not that of a library, because here lies the attack surface: sizes are refused from the header
on, before a byte of the payload is kept; an idle connection owns no buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FINAL,
    MASKED,
    PING,
    PONG,
    SHORT,
    TEXT,
    TWO_BYTES,
)

if TYPE_CHECKING:
    from websockets.utils import apply_mask

    from talkoot.realtime.limits import Limits
else:
    try:
        from websockets.speedups import apply_mask
    except ImportError:  # no compiled wheel for this platform
        from websockets.utils import apply_mask

_OPCODES = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_RESERVED = 0x70
_LENGTH = 0x7F
_HEADER = 2
_MASK = 4
_PEER_CODES = frozenset((*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)))


class BrokenFrame(Exception):
    """The client broke the protocol; the connection ends with `code`."""

    def __init__(self, code: CloseCode, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class FrameReader:
    """Turns chunks of bytes into messages: (TEXT, str), and (PING | PONG | CLOSE, bytes)."""

    __slots__ = ("_limits", "_needed", "_parts", "_parts_bytes", "_rest")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rest: bytearray | None = None
        self._needed = 0
        self._parts: list[bytes] | None = None
        self._parts_bytes = 0

    @property
    def in_message(self) -> bool:
        """Fragments have come, and not the last one."""
        return self._parts is not None

    def feed(self, data: bytes) -> list[tuple[int, str | bytes]]:
        """The messages that are complete now; raises BrokenFrame."""
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._needed:  # do not look again before the frame can be complete
                return []
            data, self._rest = bytes(self._rest), None
        messages: list[tuple[int, str | bytes]] = []
        at, end = 0, len(data)
        while at < end:
            stop = self._end_of_frame(data, at)
            if stop > end:
                self._rest, self._needed = bytearray(data[at:]), stop - at
                break
            self._take(data, at, stop, messages)
            at = stop
        return messages

    def _end_of_frame(self, data: bytes, at: int) -> int:
        """Where the frame that begins here ends, or the end of its header if not even that is there."""
        if len(data) - at < _HEADER:
            return at + _HEADER
        first, second = data[at], data[at + 1]
        self._check_head(first, second)
        length, start = second & _LENGTH, at + _HEADER
        if length > SHORT:
            start += 2 if length == TWO_BYTES else 8
            if len(data) < start:
                return start
            least = SHORT + 1 if length == TWO_BYTES else 1 << 16
            length = int.from_bytes(data[at + _HEADER : start], "big")
            if length < least:
                raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "The length is not written in the shortest way")
        if length + self._parts_bytes > self._limits.frame_bytes and first & 0x0F < CLOSE:
            raise BrokenFrame(CloseCode.TOO_BIG, f"More than {self._limits.frame_bytes} bytes")
        return start + _MASK + length

    def _check_head(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        if first & _RESERVED:
            raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "A reserved bit is set")
        if opcode not in _OPCODES:
            raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "Unknown opcode")
        if not second & MASKED:
            raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "Not masked")
        if opcode >= CLOSE and (not first & FINAL or second & _LENGTH > SHORT):
            raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "A control frame is cut in pieces or too long")
        if opcode == BINARY:
            raise BrokenFrame(CloseCode.UNSUPPORTED, "Only text frames are spoken here")
        if opcode < CLOSE and (opcode == CONTINUATION) != self.in_message:
            raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "A continuation without a beginning, or the reverse")

    def _take(self, data: bytes, at: int, stop: int, messages: list[tuple[int, str | bytes]]) -> None:
        length = data[at + 1] & _LENGTH
        start = at + _HEADER + _MASK + (0 if length <= SHORT else 2 if length == TWO_BYTES else 8)
        payload = apply_mask(data[start:stop], data[start - _MASK : start])
        opcode = data[at] & 0x0F
        if opcode >= CLOSE:
            messages.append((opcode, _close_payload(payload) if opcode == CLOSE else payload))
        elif data[at] & FINAL:
            messages.append((TEXT, _utf8(self._whole(payload))))
        else:
            self._keep(payload)

    def _keep(self, payload: bytes) -> None:
        if self._parts is None:
            self._parts = []
        self._parts.append(payload)
        self._parts_bytes += len(payload)
        if len(self._parts) >= self._limits.fragments:
            raise BrokenFrame(CloseCode.TOO_BIG, f"More than {self._limits.fragments} fragments")

    def _whole(self, payload: bytes) -> bytes:
        if self._parts is not None:
            payload = b"".join((*self._parts, payload))
            self._parts, self._parts_bytes = None, 0
        return payload


def _utf8(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise BrokenFrame(CloseCode.NOT_UTF8, "Not valid UTF-8") from None


def _close_payload(payload: bytes) -> bytes:
    if payload and (len(payload) == 1 or int.from_bytes(payload[:2], "big") not in _PEER_CODES):
        raise BrokenFrame(CloseCode.PROTOCOL_ERROR, "Not a close code")
    _utf8(payload[2:])
    return payload
