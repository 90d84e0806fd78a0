"""One bare durable commit: a counter and a row, with nothing around them but Python's own sqlite3."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from bench.latency import TEXT, summary
from bench.processes import SERVER_CORE, on_core

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE heads (room INTEGER PRIMARY KEY, head INTEGER NOT NULL);
CREATE TABLE messages (id BLOB PRIMARY KEY, room INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX place ON messages (room, seq);
INSERT INTO heads VALUES (1, 0);
"""


def commits(folder: Path, seconds: float) -> dict[str, Any]:
    """Commit one message after the other for so long, on the server's core and disk."""
    path = folder / "bare.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.executescript(SCHEMA)
        with on_core(SERVER_CORE):
            times = _run(database, seconds)
    finally:
        database.close()
        for left in folder.glob("bare.sqlite*"):
            left.unlink()
    return {"per_second": round(len(times) / seconds, 1), **summary(times)}


def _run(database: sqlite3.Connection, seconds: float) -> list[float]:
    times = []
    end = time.monotonic() + seconds
    text = "x" * TEXT
    while (begin := time.monotonic()) < end:
        database.execute("BEGIN IMMEDIATE")
        (head,) = database.execute(
            "UPDATE heads SET head = head + 1 WHERE room = 1 RETURNING head"
        ).fetchone()
        database.execute("INSERT INTO messages VALUES (?, 1, ?, ?)", (os.urandom(16), head, text))
        database.execute("COMMIT")
        times.append(time.monotonic() - begin)
    return times
