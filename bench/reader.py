"""Reads for all members of a swarm, with reader.c: Python's part of a delivery is nothing.

Python's own way to read, in `bench.member`, does the handshakes; and everything where there is no C compiler.
"""

import asyncio
import ctypes
import struct
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bench.compiler import compiled
from bench.member import Member

SOURCE = Path(__file__).with_suffix(".c")
ROUNDS = 4  # of 256 members each, until others of the loop have their turn
_HEAD = struct.Struct("=IIq")


class Tally(ctypes.Structure):
    """What one member got: the fields of `Member` that have the same names."""

    _fields_ = [(name, ctypes.c_int64) for name in ("count", "last", "wrong", "frame_bytes")]  # type: ignore[mutable-override]


@cache
def library() -> ctypes.CDLL | None:
    """reader.c, compiled for this process; None where there is no C compiler."""
    with tempfile.TemporaryDirectory() as folder:
        path = compiled(SOURCE, Path(folder) / "reader.so", "-shared", "-fPIC")
        if path is None:
            return None
        found = ctypes.CDLL(str(path))
    crowd, integer = ctypes.c_void_p, ctypes.c_int64
    found.crowd_new.restype = crowd
    found.crowd_said.restype = ctypes.c_void_p
    found.crowd_total.restype = integer
    found.crowd_hear.restype = ctypes.c_size_t
    found.crowd_tally.restype = Tally
    found.crowd_samples.restype = ctypes.POINTER(integer)
    found.crowd_add.argtypes = [crowd, ctypes.c_int, Tally, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
    for name in ("free", "queue", "total", "said"):
        getattr(found, f"crowd_{name}").argtypes = [crowd]
    for name in ("sample", "tally", "hear"):
        getattr(found, f"crowd_{name}").argtypes = [crowd, ctypes.c_int]
    found.crowd_samples.argtypes = [crowd, ctypes.POINTER(integer)]
    return found


class Reader:
    """Has the sockets of its members from its beginning to its end."""

    def __init__(self, code: ctypes.CDLL, members: Sequence[Member]) -> None:
        self._code, self._members = code, list(members)
        self._crowd = code.crowd_new(len(members))
        self._before = 0
        for member in members:
            descriptor, rest = member.hand_over()
            tally = Tally(member.count, member.last, member.wrong, member.frame_bytes)
            code.crowd_add(self._crowd, descriptor, tally, member.sampled, rest, len(rest))
            self._before += member.count
        self._queue = code.crowd_queue(self._crowd)
        asyncio.get_running_loop().add_reader(self._queue, self._hear)

    @property
    def total(self) -> int:
        """Events that all of them got."""
        return self._before + int(self._code.crowd_total(self._crowd))

    def look(self) -> None:
        """Tell the members what they got."""
        for number, member in enumerate(self._members):
            tally = self._code.crowd_tally(self._crowd, number)
            member.count, member.last = tally.count, tally.last
            member.wrong, member.frame_bytes = tally.wrong, tally.frame_bytes

    def sample(self, *, on: bool) -> None:
        """Begin to note latencies anew, or end it."""
        self._code.crowd_sample(self._crowd, int(on))

    def samples(self) -> list[float]:
        """Latencies in seconds that were noted."""
        number = ctypes.c_int64()
        found = self._code.crowd_samples(self._crowd, ctypes.byref(number))
        return [nanoseconds / 1e9 for nanoseconds in found[: number.value]]

    def close(self) -> None:
        """Read no more."""
        asyncio.get_running_loop().remove_reader(self._queue)
        self._code.crowd_free(self._crowd)

    def _hear(self) -> None:
        size = self._code.crowd_hear(self._crowd, ROUNDS)
        if not size:
            return
        said, at = ctypes.string_at(self._code.crowd_said(self._crowd), size), 0
        while at < size:
            who, length, read_at = _HEAD.unpack_from(said, at)
            at += _HEAD.size
            self._members[who].hear(said[at : at + length], read_at / 1e9)
            at += length
