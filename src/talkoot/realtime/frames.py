"""Frames of RFC 6455 as the server writes them: whole, unmasked, uncompressed."""

from __future__ import annotations

from collections.abc import Iterator

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL = 0x80
_SHORT_HEADERS = [bytes((_FINAL | TEXT, length)) for length in range(126)]


def text_frame(payload: bytes) -> bytes:
    """One text message, ready to be written."""
    length = len(payload)
    if length < 126:
        return _SHORT_HEADERS[length] + payload
    if length < 65536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping, which is never longer than 125 bytes."""
    return bytes((_FINAL | PONG, len(payload))) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """The last frame; the reason is cut to what a control frame may hold."""
    payload = code.to_bytes(2, "big") + reason.encode()[:123].decode(errors="ignore").encode()
    return bytes((_FINAL | CLOSE, len(payload))) + payload


def split_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Take apart what the functions above made: (opcode, payload) of each whole frame."""
    at = 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length == 126:
            length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
        elif length == 127:
            length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
        yield data[at] & 0x0F, data[start : start + length]
        at = start + length
