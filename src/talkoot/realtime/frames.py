"""Frames of RFC 6455 as the server writes them: whole, unmasked, uncompressed."""

from __future__ import annotations

from collections.abc import Iterator

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FINAL = 0x80
MASKED = 0x80
SHORT = 125
"""The longest payload whose length stands in the second byte, and of a control frame."""

TWO_BYTES, EIGHT_BYTES = 126, 127
"""In the second byte: so many bytes of length follow."""

_LARGEST_IN_TWO = 65535
_SHORT_HEADERS = [bytes((FINAL | TEXT, length)) for length in range(SHORT + 1)]


def text_frame(payload: bytes) -> bytes:
    """One text message, ready to be written."""
    length = len(payload)
    if length <= SHORT:
        return _SHORT_HEADERS[length] + payload
    if length <= _LARGEST_IN_TWO:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping, which is never longer than 125 bytes."""
    return bytes((FINAL | PONG, len(payload))) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """The last frame; the reason is cut to what a control frame may hold."""
    payload = code.to_bytes(2, "big") + reason.encode()[:123].decode(errors="ignore").encode()
    return bytes((FINAL | CLOSE, len(payload))) + payload


def split_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Take apart what the functions above made: (opcode, payload) of each whole frame."""
    at = 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length == TWO_BYTES:
            length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
        elif length == EIGHT_BYTES:
            length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
        yield data[at] & 0x0F, data[start : start + length]
        at = start + length
