"""One server for one database, unless Redis tells the clients of each what happens in the others."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from talkoot.cli.databases import unreachable
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.database import migration_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.settings import Settings

log = logging.getLogger("talkoot")

LOCK = 0x74616C6B6F6F74  # any number will do, as long as nobody else on the database takes it
ANSWERED_WITHIN = 10.0
TRIED_EVERY = 0.1
LOOKED_AT_EVERY = 2.0  # whether it is still held
AGAIN_WITHIN = 1.0  # nobody has to notice anything when the one that was lost is taken again
_ALONE = {
    False: "Another Talkoot serves this database: stop it, choose another database,"
    " or give redis_url to all servers.",
    True: "Another Talkoot serves this database without redis_url: stop it, or give it the same redis_url.",
}

_SELF = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :since AND usename = current_user"
)

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
    with asyncio.Runner() as runner:
        lock = _Lock(settings)
        runner.run(lock.connect())
        watch = threading.Thread(target=_run_quietly, args=(runner, lock), daemon=True)
        try:
            # PostgreSQL may need a moment to notice that a server before this one was killed.
            if not runner.run(lock.take(2 * settings.database_lock_seconds)):
                raise Failure(Exit.REFUSED, _ALONE[settings.clustered])
            watch.start()
            yield
        finally:
            if watch.ident is not None:
                runner.get_loop().call_soon_threadsafe(lock.look_no_more)
                watch.join()
            runner.run(lock.close())
        if lock.lost:
            raise Failure(Exit.REFUSED, _ALONE[settings.clustered])


def _run_quietly(runner: asyncio.Runner, lock: _Lock) -> None:
    with suppress(asyncio.CancelledError):
        runner.run(lock.watch())


class _Lock:
    """The lock, and the connection that it lives and dies with: a failover ends both.

    Nothing but the open connection is needed to hold it. A thread looks from time to time whether it is open.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: AsyncConnection | None = None
        self._server_process: Sequence[Any] | None = None
        self._watching: asyncio.Task[Any] | None = None
        self._asked_to_end = False
        self.lost = False
        """Whether another server has it by now."""

    async def connect(self) -> None:
        """Connect, or raise Failure."""
        engine = migration_engine(self._settings)
        try:
            # Without a transaction, which would keep PostgreSQL from cleaning up for as long as it is open.
            self._connection = await engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        except Exception as error:
            raise unreachable(self._settings, error) from error

    async def take(self, patience: float) -> bool:
        """Take it; False if another server has it and keeps it for so many seconds."""
        assert self._connection is not None
        connection, shared = self._connection, "_shared" if self._settings.clustered else ""
        if self._server_process is not None:  # it may still hold it for us, and not know that we have gone
            await connection.execute(_END, dict(zip(("pid", "since"), self._server_process, strict=True)))
        asked = text(f"SELECT pg_try_advisory_lock{shared}(:lock)")
        deadline = time.monotonic() + patience
        while not (await connection.execute(asked, {"lock": LOCK})).scalar():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(TRIED_EVERY)
        self._server_process = (await connection.execute(_SELF)).one()
        return True

    async def watch(self) -> None:
        """Take it again when it was lost; end this process if another server was quicker."""
        self._watching, away = asyncio.current_task(), False
        while not self._asked_to_end:
            await asyncio.sleep(LOOKED_AT_EVERY)
            if await self._open():
                continue
            await self.close()
            try:
                await self.connect()
                self.lost = not await self.take(AGAIN_WITHIN)
            except Exception as error:  # noqa: BLE001 - without a database nobody else serves it either
                await self.close()  # an open connection without the lock would look as if it were held
                if not away:
                    log.warning("The lock that keeps a second server away was lost: %s", error)
                away = True
                continue
            if self.lost:
                log.critical("%s This one stops now.", _ALONE[self._settings.clustered])
                os.kill(os.getpid(), signal.SIGTERM)
                return
            log.warning("The lock that keeps a second server away was lost for a moment, and is held again")
            away = False

    def look_no_more(self) -> None:
        """The process ends."""
        self._asked_to_end = True
        if self._watching is not None:
            self._watching.cancel()

    async def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.invalidate()  # it may be long gone: nothing is said to it any more
            await connection.close()

    async def _open(self) -> bool:
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                await self._connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - whatever it was, it is not held
            return False
        return True
