"""One server for one database, unless Redis tells the clients of each what happens in the others."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from talkoot.cli.databases import unreachable
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.database import migration_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.settings import Settings

LOCK = 0x74616C6B6F6F74  # any number will do, as long as nobody else on the database takes it
PATIENCE = 10.0  # PostgreSQL may need a moment to notice that a server before this one was killed
TRIED_EVERY = 0.1
_ALONE = {
    False: "Another Talkoot serves this database: stop it, choose another database,"
    " or give redis_url to all servers.",
    True: "Another Talkoot serves this database without redis_url: stop it, or give it the same redis_url.",
}

_NO_LOCK = (
    "Behind a pooler nothing keeps a second server away: give redis_url to all servers, or let this one"
    " reach PostgreSQL directly, with database_pooler off."
)


@contextmanager
def only_server_of(settings: Settings) -> Iterator[None]:
    """Refuse to be the second server on a database, for as long as the first one runs.

    Servers of a cluster may be many; but none beside one that tells nobody.
    """
    if settings.database_pooler == "on" and not settings.embedded:
        if not settings.clustered:
            raise Failure(Exit.USAGE, _NO_LOCK)
        yield  # the lock would stay with one of the pooler's connections
        return
    with _lock_file(settings) if settings.embedded else _advisory_lock(settings):
        yield


@contextmanager
def _lock_file(settings: Settings) -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (settings.data / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(
                Exit.REFUSED, f"Another Talkoot serves {settings.data}: stop it, or choose another --data."
            ) from None
        yield


@contextmanager
def _advisory_lock(settings: Settings) -> Iterator[None]:
    # Nothing but the open connection is needed to hold the lock: its loop stands still meanwhile.
    with asyncio.Runner() as runner:
        connection = runner.run(_connect(settings))
        try:
            if not runner.run(_take(connection, "_shared" if settings.clustered else "")):
                raise Failure(Exit.REFUSED, _ALONE[settings.clustered])
            yield
        finally:
            runner.run(_close(connection))


async def _connect(settings: Settings) -> AsyncConnection:
    engine = migration_engine(settings)
    try:
        # Without a transaction, which would keep PostgreSQL from cleaning up for as long as it is open.
        return await engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    except Exception as error:
        raise unreachable(settings, error) from error


async def _take(connection: AsyncConnection, shared: str) -> bool:
    asked = text(f"SELECT pg_try_advisory_lock{shared}(:lock)")
    deadline = time.monotonic() + PATIENCE
    while not (await connection.execute(asked, {"lock": LOCK})).scalar():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(TRIED_EVERY)
    return True


async def _close(connection: AsyncConnection) -> None:
    await connection.invalidate()  # it may be long gone: nothing is said to it any more
    await connection.close()
