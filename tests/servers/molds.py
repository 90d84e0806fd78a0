"""Databases with all tables and nothing in them, made once in a process that runs tests.

A copy of one costs a hundredth of what the migrations do.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

MIGRATED = "migrated"
"""The database of `postgres_mold` to copy from."""


@cache
def sqlite_mold() -> Path:
    """The file of an SQLite database."""
    folder = Path(tempfile.mkdtemp(prefix="talkoot-mold-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _migrate(Talkoot(folder / "data")).data / "talkoot.db"


@cache
def postgres_mold() -> Postgres:
    """A cluster that does not run."""
    mold = Postgres()
    atexit.register(shutil.rmtree, mold.root, ignore_errors=True)
    mold.start()
    mold.query(f"CREATE DATABASE {MIGRATED}")
    with tempfile.TemporaryDirectory(prefix="talkoot-mold-") as folder:
        _migrate(Talkoot(Path(folder) / "data", database_url=mold.url(MIGRATED)))
    mold.process.stop(mold.polite, 30)
    return mold


def _migrate(talkoot: Talkoot) -> Talkoot:
    done = talkoot.run("migrate")  # a process does it, for the loop of a test may run already
    assert done.returncode == 0, done.stdout + done.stderr
    return talkoot


def with_tables(talkoot: Talkoot) -> Talkoot:
    """Give a server on SQLite that was never started its tables."""
    talkoot.data.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(sqlite_mold(), talkoot.data / "talkoot.db")
    return talkoot
