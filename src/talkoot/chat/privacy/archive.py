"""A zip file that is written from its begin to its end, and never whole in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PIECE = 256 * 1024  # bytes


class _Pieces:
    """What the zip file is written to: it can not be turned back."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What waits is taken nevertheless."""


class Archive:
    """Takes the parts of its files in their order, and gives the bytes of the zip file in pieces."""

    def __init__(self) -> None:
        self._out = _Pieces()
        self._zip = ZipFile(self._out, "w", ZIP_DEFLATED)
        self._name = ""
        self._file: IO[bytes] | None = None

    def add(self, name: str, data: bytes) -> None:
        """More of this file; the one before it is at its end when another name comes."""
        if name != self._name:
            self._end_file()
            info = ZipInfo(name, time.gmtime()[:6])
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            self._name, self._file = name, self._zip.open(info, "w", force_zip64=True)
        assert self._file is not None
        self._file.write(data)

    def close(self) -> None:
        """That was all."""
        self._end_file()
        self._zip.close()

    def pieces(self, *, last: bool = False) -> Iterator[bytes]:
        """What is written by now, in whole pieces; at the end the rest too."""
        waiting = self._out.waiting
        while len(waiting) >= PIECE or (last and waiting):
            piece = bytes(waiting[:PIECE])
            del waiting[:PIECE]
            yield piece

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
