"""The objects of a JSON list, one after the other, without reading all of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

_ELEMENT = 8_000_000  # bytes of one object
_DEEPEST = 60
_CHUNK = 1 << 18
_SIGN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)
_QUOTE, _LIST, _OPENS = b'"', b"[", b"{["


class NoList(Exception):
    """It is no list of objects; the text is the reason in one word."""


def objects_of(stream: IO[bytes], read: Callable[[int], None]) -> Iterator[bytes]:
    """The objects; `read` is told of bytes. NoList where it turns out to be something else."""
    cut = _Cut()
    while chunk := stream.read(_CHUNK):
        read(len(chunk))
        yield from cut.more(chunk)
    if cut.depth:
        raise NoList("cut_off")


class _Cut:
    """Cuts a list where its objects end; what is in them is not looked at."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0  # up to here it was looked at
        self._start = 0  # of the object that is open
        self.depth = 0

    def more(self, chunk: bytes) -> Iterator[bytes]:
        """The objects that end in this."""
        self._buffer += chunk
        for found in _SIGN.finditer(self._buffer, self._at):
            sign = found[0]
            if sign == _QUOTE:
                break  # the text goes on in what is not read yet
            self._at = found.end()
            if sign[:1] != _QUOTE and self._step(sign, found.start()):
                yield bytes(self._buffer[self._start : self._at])
        keep = self._start if self.depth > 1 else self._at
        if len(self._buffer) - keep > _ELEMENT:
            raise NoList("element_too_large")
        del self._buffer[:keep]
        self._at, self._start = self._at - keep, 0

    def _step(self, sign: bytes, at: int) -> bool:
        """Go in or out; whether an object ends here."""
        if sign in _OPENS:
            if self.depth == 0 and sign != _LIST:
                raise NoList("no_list")
            if self.depth == 1:
                self._start = at
            self.depth += 1
        else:
            self.depth -= 1
        if not 0 <= self.depth <= _DEEPEST:
            raise NoList("no_json")
        return self.depth == 1 and sign not in _OPENS
