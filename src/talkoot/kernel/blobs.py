"""Where large contents are kept: a folder of this machine, or a bucket (`s3_blobs.py`).

A name is written once, and what it holds is there as a whole or not at all. A name has two parts, a folder
and what lies in it: `0195-ab/original`.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from talkoot.kernel.durability import synchronise
from talkoot.kernel.errors import NotFound, StorageFull, Unavailable

PIECE = 256 * 1024  # bytes, in which contents are handed out
_NAME = re.compile(r"[0-9a-z-]{1,64}/[0-9a-z-]{1,64}")
_HALF, _TOO_OLD = ".half-", 86_400  # seconds after which what a killed server left is thrown away
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Blobs(Protocol):
    """What both twins do. StorageFull: there is no room. Unavailable: it may work later."""

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Write all of this; whatever goes wrong, what `pieces` raises too, nothing of it is left."""
        ...

    def get(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in pieces; NotFound if there is nothing of this name."""
        ...

    async def remove(self, name: str) -> None:
        """Delete what is there under this name; nothing happens if nothing is."""
        ...

    async def drop(self, folder: str) -> None:
        """Delete all that lies in this folder; nothing happens if nothing does."""
        ...

    async def sweep(self) -> None:
        """Throw away what was never finished, for its server was killed."""
        ...


def checked(name: str) -> str:
    """The name, if it is one; ValueError for what might lead elsewhere."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name")
    return name


class FolderBlobs:
    """The twin in a folder: written beside its place, synchronised, and moved there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Write all of this, or nothing."""
        path = self._root / checked(name)
        half = path.with_name(f"{_HALF}{path.name}")
        try:
            file = await asyncio.to_thread(_begin, half)
            try:
                async for piece in pieces:
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_finish, file, half, path)
            finally:
                file.close()
        except BaseException as error:
            await asyncio.to_thread(_give_up, half)
            raise _refusal(error) from error

    async def get(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in pieces."""
        try:
            file = await asyncio.to_thread((self._root / checked(name)).open, "rb")
        except FileNotFoundError:
            raise NotFound("There is no such file") from None
        with file:
            await asyncio.to_thread(file.seek, start)
            while start < end and (piece := await asyncio.to_thread(file.read, min(PIECE, end - start))):
                start += len(piece)
                yield piece

    async def remove(self, name: str) -> None:
        """Delete what is there under this name."""
        await asyncio.to_thread((self._root / checked(name)).unlink, missing_ok=True)

    async def drop(self, folder: str) -> None:
        """Delete a folder, and what servers that were killed left half written in it."""
        await asyncio.to_thread(shutil.rmtree, (self._root / checked(f"{folder}/x")).parent, True)

    async def sweep(self) -> None:
        """Throw away what was never finished, for its server was killed."""
        await asyncio.to_thread(_sweep, self._root)


def _begin(half: Path) -> IO[bytes]:
    half.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _finish(file: IO[bytes], half: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    half.rename(path)
    for folder in (path.parent, path.parent.parent):
        synchronise(folder)


def _give_up(half: Path) -> None:
    half.unlink(missing_ok=True)
    with suppress(OSError):
        half.parent.rmdir()  # if it was made for this alone


def _sweep(root: Path) -> None:
    oldest = time.time() - _TOO_OLD
    for folder in root.iterdir() if root.is_dir() else ():
        with suppress(FileNotFoundError, NotADirectoryError):  # a given up upload
            for half in [each for each in folder.iterdir() if each.name.startswith(_HALF)]:
                if half.stat().st_mtime < oldest:
                    _give_up(half)


def _refusal(error: BaseException) -> BaseException:
    if not isinstance(error, OSError):
        return error
    if error.errno in _FULL:
        return StorageFull("There is no room for this file; nothing of it was stored")
    return Unavailable(f"Files can not be stored right now: {error.strerror}")
