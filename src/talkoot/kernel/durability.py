"""What is written is on the disk before anybody relies on it."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger("talkoot.storage")

NOT_ON_DISK = 74
"""The exit code of a server whose disk failed: EX_IOERR of sysexits.h."""
_LOGGED = 0.5  # seconds in which the thread that logs writes the last line
_CHUNK = 1 << 16
_PATIENCE = 5.0  # seconds that another command may keep the database from being written


def synchronise(path: Path) -> None:
    """Wait until the content of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fail_stop(error: Exception) -> NoReturn:
    """End this process at once: the disk did not take what it had been given, and may have forgotten it.

    After a failed fsync the system takes the pages for written. To try again would succeed, and lie.
    """
    log.critical(
        "THE DISK FAILED (%s): this server ends now, and has acknowledged nothing of what it was writing."
        " Look at the disk and at the system's log (dmesg) before you start it again;"
        " docs/operate.md says what then happens.",
        error,
    )
    time.sleep(_LOGGED)
    os._exit(NOT_ON_DISK)


def write_again(database: Path) -> int:
    """Write what a killed server left in the log of SQLite once more, and synchronise it; how many bytes.

    It can be read, but that does not mean that it is on the disk: the fsync for it may have failed, and the
    server have ended for that. Nobody may rely on it before it is. Raises OSError or sqlite3.Error.
    """
    wal = database.with_name(f"{database.name}-wal")
    if not wal.exists() or not wal.stat().st_size:
        return 0
    with closing(sqlite3.connect(database, timeout=_PATIENCE, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")  # nobody else writes there meanwhile
        done = _write_again(wal)
        connection.execute("ROLLBACK")
    return done


def _write_again(path: Path) -> int:
    at = 0
    descriptor = os.open(path, os.O_RDWR)
    try:
        while data := os.pread(descriptor, _CHUNK, at):
            at += os.pwrite(descriptor, data, at)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return at
