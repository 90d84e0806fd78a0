"""WebSocket frames as a client needs them: masked to the server, found in bulk when they come from it."""

import json
import os
from typing import Any

EVENT = b'{"op":"ev",'
SEQ = b'"seq":'
_TEXT = 0x81


def client_frame(payload: bytes) -> bytes:
    """A masked text frame."""
    mask = os.urandom(4)
    size = len(payload)
    key = int.from_bytes(mask * (size // 4 + 1), "little") & ((1 << 8 * size) - 1)
    masked = (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")
    head = bytes((0x80 | size,)) if size < 126 else bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    return bytes((_TEXT,)) + head + mask + masked


def json_frame(message: dict[str, Any]) -> bytes:
    """The same from a message."""
    return client_frame(json.dumps(message, separators=(",", ":")).encode())


def frame_at(data: bytearray, at: int, end: int) -> tuple[int, int]:
    """Sizes of the header and of the whole frame that begins here; 0 as long as it is not complete."""
    if end - at < 2:
        return 0, 0
    size, header = data[at + 1], 2
    if size == 126:
        header = 4
        size = data[at + 2] << 8 | data[at + 3] if end - at >= 4 else end
    elif size == 127:
        header = 10
        size = int.from_bytes(data[at + 2 : at + 10], "big") if end - at >= 10 else end
    return (header, header + size) if at + header + size <= end else (0, 0)


def run_length(data: bytearray, at: int, end: int, header: int, size: int) -> int:
    """How many events of this same size stand here one behind the other: 1 at least.

    Messages of equal length make frames of equal length. So each header byte, and the start of each payload,
    is a column that one strided slice gathers; only where all columns are constant the frames are counted
    without a look at each of them.
    """
    most = (end - at) // size
    if most == 1:
        return 1
    for offset in (*range(header), header + 7, header + 8):  # `"op":"ev"`: the e and the v
        column = data[at + offset : at + most * size : size]
        most = min(most, len(column) - len(column.lstrip(column[:1])))
    return most


def seq_of(data: bytearray, at: int, size: int) -> int:
    """The place of the event that begins here; 0 if it has none."""
    found = data.find(SEQ, at, at + size)
    return int(data[found + len(SEQ) : data.index(b",", found)]) if found >= 0 else 0
