"""An export of Slack, as a zip file or a folder: nothing is unpacked, large lists are read in pieces."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from talkoot.moving.errors import MovingError
from talkoot.moving.slack.lists import NoList, objects_of

if TYPE_CHECKING:
    from talkoot.moving.reporting import Report

MOST = 4_000_000_000  # bytes of one list
_RATIO, _HARMLESS = 400, 64_000_000  # so much smaller nothing honest is packed; below so many bytes it may be
WHOLE = 8_000_000  # bytes of one that is read at once
_DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_USERS = ("users.json", "org_users.json")


class Source:
    """The lists of an export by their names, with their sizes."""

    def __init__(self, path: Path, report: Report) -> None:
        self.report = report
        self._zip: zipfile.ZipFile | None = None
        self._folder = path
        try:
            found = _in_folder(path, report) if path.is_dir() else self._in_zip(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise MovingError(f"{path} can not be read as a zip file or a folder: {error}.") from None
        begin = _root_of(path, found)
        self._root = begin
        self.sizes = {
            name.removeprefix(begin): size for name, size in found.items() if name.startswith(begin)
        }

    def close(self) -> None:
        """Let go of it."""
        if self._zip is not None:
            self._zip.close()

    def elements(self, name: str, read: Callable[[int], None] = lambda _size: None) -> Iterator[bytes]:
        """The objects of a list; `read` is told of bytes. What is cut off, or no list, is reported."""
        if self.sizes.get(name, 0) > MOST:
            self.report.leave_out("list", "too_large", name)
            return
        try:
            with self._open(self._root + name) as stream:
                yield from objects_of(stream, read)
        except NoList as error:
            self.report.leave_out("list", str(error), name)
        except _DAMAGED as error:
            self.report.leave_out("list", f"damaged: {type(error).__name__}", name)

    def whole(self, name: str) -> bytes:
        """A list that is no list of objects, and small; nothing, and reported, for what can not be read."""
        if self.sizes.get(name, 0) > WHOLE:
            self.report.leave_out("list", "too_large", name)
            return b"{}"
        try:
            with self._open(self._root + name) as stream:
                return stream.read(WHOLE)
        except _DAMAGED as error:
            self.report.leave_out("list", f"damaged: {type(error).__name__}", name)
            return b"{}"

    def _open(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(name)
        return (self._folder / name).open("rb")

    def _in_zip(self, path: Path) -> dict[str, int]:
        self._zip = zipfile.ZipFile(path)
        found = {}
        for info in self._zip.infolist():
            if info.is_dir() or not info.filename.endswith(".json"):
                continue
            if why := _refused(info):
                self.report.leave_out("list", why, ascii(info.filename)[:200])
                continue
            found[info.filename] = info.file_size
        return found


def _refused(info: zipfile.ZipInfo) -> str:
    name = PurePosixPath(info.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in info.filename or "\0" in info.filename:
        return "name_leads_elsewhere"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link"
    if info.flag_bits & 1:
        return "encrypted"
    if info.file_size > _HARMLESS and info.file_size > _RATIO * max(1, info.compress_size):
        return "bomb"
    return ""


def _in_folder(path: Path, report: Report) -> dict[str, int]:
    found = {}
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            if (Path(folder) / name).is_symlink():
                report.leave_out("list", "link", (Path(folder) / name).relative_to(path).as_posix())
        for name in names:
            file = Path(folder) / name
            if name.endswith(".json") and not file.is_symlink() and file.is_file():
                found[file.relative_to(path).as_posix()] = file.stat().st_size
    return found


def _root_of(path: Path, names: dict[str, int]) -> str:
    """Where the lists stand: at the top, or in the one folder that somebody packed."""
    for wanted in _USERS:
        for name in sorted(names, key=len):
            if name.rpartition("/")[2] == wanted and name.count("/") <= 1:
                return name.removesuffix(wanted)
    raise MovingError(f"{path} is no export of Slack: there is no users.json in it.")
