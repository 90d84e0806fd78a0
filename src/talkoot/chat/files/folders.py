"""Folders of this machine in which files are prepared: held while they are used, swept when nobody does."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PREFIX = "talkoot-file-"
_NEW = 10  # seconds in which it may not be held yet by who has made it


@asynccontextmanager
async def own_folder() -> AsyncIterator[Path]:
    """A folder that is held until this is over, or this process; those of killed ones are deleted first."""
    await asyncio.to_thread(clear_folders)
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        held = _hold(name)
        try:
            yield Path(name)
        finally:
            if held is not None:
                os.close(held)


def clear_folders() -> None:
    """Delete those that nobody holds: their server was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            held = _hold(folder)
            if held is not None:
                try:
                    found = os.fstat(held)
                    if found.st_uid == os.geteuid() and found.st_mtime < time.time() - _NEW:
                        shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(held)


def _hold(folder: str | Path) -> int | None:
    """OSError if somebody else does; None where that can not be known."""
    if sys.platform == "win32":
        return None
    import fcntl

    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held
