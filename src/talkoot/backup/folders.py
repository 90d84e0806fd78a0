"""A folder that is there as a whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkoot.kernel.durability import synchronise


class BackupError(Exception):
    """A backup can not be made or used; the text says why."""


@contextmanager
def folder_for(destination: Path) -> Iterator[Path]:
    """A folder that gets its name when everything in it is durable, and vanishes if that fails."""
    if destination.exists():
        raise BackupError(f"{destination} is there already; choose another name.")
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    except OSError as error:
        raise BackupError(f"Nothing can be made in {destination.parent}: {error.strerror}.") from None
    try:
        yield folder
        for path in (*folder.iterdir(), folder):
            synchronise(path)
        folder.rename(destination)
        synchronise(destination.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
