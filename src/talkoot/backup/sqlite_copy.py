"""Copies an SQLite database of one moment, while others write to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_PAGES = 1024  # copied before others get their turn on the disk; 4 MiB
_TOLD_EVERY = 1.0  # seconds


def copy_file(source: Path, target: Path, tell: Callable[[str], None]) -> None:
    """A transaction that only reads keeps its moment, so that no write makes the copy begin again."""
    told = [time.monotonic()] * 2

    def rest(_status: int, left: int, total: int) -> None:
        worked = time.monotonic() - told[0]
        if time.monotonic() - told[1] > _TOLD_EVERY:
            told[1] = time.monotonic()
            tell(f"{100 * (total - left) // max(total, 1)} %")
        time.sleep(worked)  # half of the time belongs to the server
        told[0] = time.monotonic()

    with closing(sqlite3.connect(source, isolation_level=None)) as origin:
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with closing(sqlite3.connect(target)) as copy:
            origin.backup(copy, pages=_PAGES, progress=rest)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
