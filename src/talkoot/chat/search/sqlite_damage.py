"""Whether the file of an index is still the one that was opened, and whether it can be read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_ELSEWHERE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_SAMPLES = 50  # messages looked up in an index that is opened

Identity = tuple[int, int]


class IndexLost(sqlite3.DatabaseError):
    """The file is away, another one, or damaged: it has to be opened again, or made again."""


def identity_of(path: Path) -> Identity | None:
    """Which file is at a path; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_damage(error: Exception) -> bool:
    """Whether the file is to blame, and not a lock or a full disk."""
    if isinstance(error, ValueError | TypeError):  # what was read is nothing that was ever written
        return True
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _ELSEWHERE or code == sqlite3.SQLITE_IOERR_SHORT_READ


def check(index: sqlite3.Connection) -> None:
    """Look some messages up, from the oldest to the newest; IndexLost when one is not found by its words.

    The whole file would take too long: what is damaged elsewhere is noticed when it is used.
    """
    first, last = index.execute("SELECT min(place), max(place) FROM documents").fetchone()
    index.execute("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 1").fetchone()
    for sample in range(_SAMPLES if first is not None else 0):
        start = first + (last - first) * sample // (_SAMPLES - 1)
        place, message, tokens = index.execute(
            "SELECT place, message, tokens FROM documents WHERE place >= ? ORDER BY place LIMIT 1", (start,)
        ).fetchone()
        there = "SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"
        rare = max(tokens.split(" "), key=len)
        back = index.execute("SELECT place FROM documents WHERE message = ?", (message,)).fetchone()
        if back != (place,) or index.execute(there, (f'"{rare}"', place)).fetchone() is None:
            raise IndexLost("A message is not where it was put")
