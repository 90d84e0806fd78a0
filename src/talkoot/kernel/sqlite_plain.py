"""Plain statements on SQLite: at once, on the event loop; the commit goes to the thread, for its fsync."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.durability import fail_stop
from talkoot.kernel.storage_errors import wrapped

if TYPE_CHECKING:
    from talkoot.kernel.plain_sql import PlainSql, Row, Statement
    from talkoot.kernel.sqlite_driver import OneVisitConnection

PATIENCE = 5.0  # seconds that another process may keep the database from being written
PAUSE = 0.01
_NOT_SYNCHRONISED = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)


class SqlitePlain:
    """A statement takes a few microseconds, less than the way to a thread and back."""

    def __init__(self, driver: OneVisitConnection) -> None:
        self._driver = driver
        self.closed = False

    async def succeed(self, lost: PlainSql) -> None:
        """Nothing goes on without the connection: it is in this very process."""

    async def run(self, statement: Statement, rows: Sequence[Row]) -> list[Row]:
        """For each row; what comes back of all of them."""
        try:
            connection = self._in_transaction()
            if not statement.returns:
                connection.executemany(statement.sqlite, map(_bound, rows))
                return []
            execute, sql = connection.execute, statement.sqlite
            return [found for row in rows for found in execute(sql, _bound(row)).fetchall()]
        except sqlite3.Error as error:
            raise wrapped(error) from error

    async def tell(self, command: str) -> None:
        """Run a command now."""
        try:
            self._in_transaction().execute(command)
        except sqlite3.Error as error:
            raise wrapped(error) from error

    async def begin(self) -> None:
        """Take the write lock; another process may have it for a while."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._driver.at_once().execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise wrapped(error) from error
                await asyncio.sleep(PAUSE)
            else:
                return

    async def commit(self) -> None:
        """The thread waits for the disk; this fails if SQLite has rolled back by itself.

        After a failed fsync it does not return.
        """
        try:
            await self._driver.in_thread(lambda connection: connection.execute("COMMIT"))
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) in _NOT_SYNCHRONISED:
                fail_stop(error)
            raise wrapped(error) from error

    async def rollback(self) -> None:
        """Undo everything since `begin`, and what waits to be done in it."""
        self._driver.waiting.clear()
        try:
            await self._driver.in_thread(sqlite3.Connection.rollback)
        except sqlite3.Error as error:
            raise wrapped(error) from error

    def _in_transaction(self) -> sqlite3.Connection:
        """What SQLite has undone by itself must not go on as a row of small transactions."""
        connection = self._driver.at_once()
        if not connection.in_transaction:
            raise sqlite3.OperationalError("SQLite has rolled back")
        return connection


def _bound(row: Row) -> Row:
    """With the bytes of ids, which a dozen of each message's values are: `bytes` would be a call for each."""
    return [value.int.to_bytes(16) if type(value) is UUID else value for value in row]
