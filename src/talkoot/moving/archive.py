"""The archive: a tar file of lines, of what files hold, and of a manifest that says that this was all."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zlib import error as zlib_error

import msgspec

from talkoot.moving.errors import MovingError

FORMAT = 1
_MANIFEST = "manifest.json"
_PART = 1_000_000  # bytes of lines that are written at once
_MOST_LINES, _MOST_MANIFEST = 64_000_000, 512_000_000  # bytes of such a member that are read
_LINES = re.compile(r"lines/[0-9]{6}\.jsonl")
_CONTENT = re.compile(r"files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(original|clean|thumbnail)")


class Part(msgspec.Struct, frozen=True):
    """A member of the archive, as the manifest tells of it."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """All members in their order, and how many lines there are of each kind."""

    format: int
    lines: dict[str, int]
    parts: list[Part]


class Writer:
    """Writes an archive from its begin to its end; what is in memory of it does not grow."""

    def __init__(self, out: IO[bytes], *, packed: bool) -> None:
        self._tar = (
            tarfile.open(fileobj=out, mode="w|gz" if packed else "w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        )
        self._waiting = bytearray()
        self._parts: list[Part] = []
        self._number = 0
        self.lines: Counter[str] = Counter()

    def line(self, kind: str, line: bytes) -> None:
        """One more line; when enough are `due`, `write_lines` packs them, which takes a while."""
        self.lines[kind] += 1
        self._waiting += line + b"\n"

    @property
    def due(self) -> bool:
        """Whether as many lines wait as are written at once."""
        return len(self._waiting) >= _PART

    def content(self, name: str, file: IO[bytes], size: int, sha256: str) -> None:
        """What a file holds, under `files/`."""
        self.write_lines()
        self._add(f"files/{name}", file, size, sha256)

    def close(self) -> None:
        """That was all."""
        self.write_lines()
        manifest = msgspec.json.encode(Manifest(FORMAT, dict(self.lines), self._parts))
        self._put(_MANIFEST, io.BytesIO(manifest), len(manifest))
        self._tar.close()

    def write_lines(self) -> None:
        """Write the lines that wait."""
        if self._waiting:
            self._number += 1
            data = bytes(self._waiting)
            self._waiting.clear()
            digest = hashlib.sha256(data).hexdigest()
            self._add(f"lines/{self._number:06d}.jsonl", io.BytesIO(data), len(data), digest)

    def _add(self, name: str, file: IO[bytes], size: int, sha256: str) -> None:
        self._put(name, file, size)
        self._parts.append(Part(name, size, sha256))

    def _put(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, file)


class Content:
    """What a file holds, while the archive stands there; it can be read once."""

    def __init__(self, file: str, name: str, size: int, stream: IO[bytes]) -> None:
        self.file = file
        self.name = name
        self.size = size
        self.stream = stream


def verified(path: Path) -> Iterator[bytes]:
    """The lines of an archive, and at the end the certainty that all of it is what was written.

    MovingError for what is damaged, cut off, or has anything in it that no export has.
    """
    check = _Check(path)
    with _readable(path):
        for info, stream in _members(path):
            yield from check.member(info, stream)
    check.end()


def contents(path: Path) -> Iterator[bytes | Content]:
    """The lines of an archive, and what files hold, in their order; of one that was verified."""
    with _readable(path):
        for info, stream in _members(path):
            if _LINES.fullmatch(info.name):
                yield from _read(info, stream, _MOST_LINES).splitlines()
            elif match := _CONTENT.fullmatch(info.name):
                yield Content(match[1], match[2], info.size, stream)


class _Check:
    """Compares what is read with what the manifest, at the end, says that there is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[Part] = []
        self._manifest: Manifest | None = None
        self._lines = 0

    def member(self, info: tarfile.TarInfo, stream: IO[bytes]) -> list[bytes]:
        """The lines of a member, if it holds some."""
        if self._manifest is not None:
            raise MovingError(f"{self._path} goes on behind its end: {info.name!r} belongs to no export.")
        if info.name == _MANIFEST:
            self._manifest = _manifest(self._path, _read(info, stream, _MOST_MANIFEST))
            return []
        if not _LINES.fullmatch(info.name):
            self._found.append(Part(info.name, info.size, _digest(stream)))
            return []
        data = _read(info, stream, _MOST_LINES)
        self._found.append(Part(info.name, len(data), hashlib.sha256(data).hexdigest()))
        lines = data.splitlines()
        self._lines += len(lines)
        return lines

    def end(self) -> None:
        """That was all of it: MovingError if it was not."""
        if self._manifest is None:
            raise MovingError(f"{self._path} ends before its end: make or copy it again.")
        if self._manifest.parts != self._found or sum(self._manifest.lines.values()) != self._lines:
            raise MovingError(f"{self._path} is not what was written: make or copy it again.")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zlib_error, EOFError, OSError) as error:
        raise MovingError(f"{path} can not be read: {error}.") from None


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(path, "r|*") as tar:
        for info in tar:
            known = info.name == _MANIFEST or _LINES.fullmatch(info.name) or _CONTENT.fullmatch(info.name)
            stream = tar.extractfile(info) if info.isreg() and known else None
            if stream is None:
                raise MovingError(f"{path} is no export of Talkoot: there is {info.name!r} in it.")
            yield info, stream


def _read(info: tarfile.TarInfo, stream: IO[bytes], most: int) -> bytes:
    if info.size > most:
        raise MovingError(f"{info.name} has {info.size:,} bytes: no export has that.")
    return stream.read()


def _digest(stream: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := stream.read(1 << 18):
        found.update(piece)
    return found.hexdigest()


def _manifest(path: Path, data: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise MovingError(f"The manifest of {path} can not be read: {error}.") from None
    if manifest.format != FORMAT:
        raise MovingError(f"{path} has format {manifest.format}; this version reads {FORMAT}.")
    return manifest
