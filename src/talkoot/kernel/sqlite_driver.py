"""SQLite in one visit to its thread per statement, where the usual adapter makes four or five.

A connection of aiosqlite lives in a thread of its own, and each visit costs more than most statements. Here a
visit prepares, executes, fetches and closes; `BEGIN`, `SAVEPOINT` and what ends a savepoint wait and go along
with the next statement, or are dropped if there is none.
What every message runs makes no visit at all: see `sqlite_plain`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import Any, NamedTuple, Self, TypeVar

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.util.concurrency import await_

DRIVER = "sqlite+onevisit"
registry.register("sqlite.onevisit", __name__, "OneVisitDialect")

T = TypeVar("T")

_GO_ALONG = ("BEGIN", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")


class _Executed(NamedTuple):
    description: Any
    rows: list[Any]
    rowcount: int
    lastrowid: int | None


_NOTHING = _Executed(None, [], -1, None)


class Visit(asyncio.Future[T]):
    """Who waits for it goes on in the same pass of the event loop that hears of it, not in the next one."""

    _waiting: Callable[[], object] | None = None

    def add_done_callback(self, fn: Callable[[Self], object], /, *, context: Context | None = None) -> None:
        """The one who waits."""
        self._waiting = partial((context or copy_context()).run, fn, self)

    def set_result(self, result: T, /) -> None:
        """The thread is done."""
        super().set_result(result)
        self._go_on()

    def set_exception(self, exception: type | BaseException, /) -> None:
        """The thread has failed."""
        super().set_exception(exception)
        self._go_on()

    def cancel(self, msg: Any = None) -> bool:
        """What was begun is waited for."""
        del msg
        return False

    def _go_on(self) -> None:
        if self._waiting is not None:
            self._waiting()


class OneVisitCursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what one statement brought; there is nothing left in the thread to close."""

    __slots__ = ("_executed", "_next", "_owner", "arraysize")

    def __init__(self, adapt_connection: OneVisitConnection) -> None:
        self._owner = adapt_connection
        self._executed = _NOTHING
        self._next = 0
        self.arraysize = 1

    @property
    def description(self) -> Any:
        """The columns of the rows; None for what brings no rows."""
        return self._executed.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed; -1 where that means nothing."""
        return self._executed.rowcount

    @property
    def lastrowid(self) -> Any:
        """The number that SQLite gave the last new row."""
        return self._executed.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        """Run one statement, after those that waited for it."""
        if operation.startswith(_GO_ALONG):
            self._owner.waiting.append(operation)
        else:
            self._executed = self._owner.visit(partial(_execute, operation, parameters or ()))
            self._next = 0
        return self

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        """Run one statement for each set of parameters."""
        self._executed = self._owner.visit(partial(_execute_many, operation, seq_of_parameters))
        self._next = 0
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next rows."""
        start = self._next
        self._next = min(len(self._executed.rows), start + (size or self.arraysize))
        return self._executed.rows[start : self._next]

    def fetchall(self) -> Sequence[Any]:
        """The rows that are left."""
        return self.fetchmany(len(self._executed.rows) + 1)

    def close(self) -> None:
        """Let go of the rows."""
        self._executed, self._next = _NOTHING, 0

    async def _async_soft_close(self) -> None:
        """Rows stay as they are: nothing but them is held."""


class OneVisitConnection(AsyncAdapt_aiosqlite_connection):
    """A connection that keeps statements in `waiting` until there is a reason to visit its thread."""

    __slots__ = ("begun", "managed", "read_only", "waiting")

    _cursor_cls: type[AsyncAdapt_aiosqlite_cursor] = OneVisitCursor

    def __init__(self, dbapi: Any, connection: aiosqlite.Connection) -> None:
        super().__init__(dbapi, connection)  # type: ignore[arg-type]
        self.waiting: list[str] = []
        self.begun = False
        self.read_only = False
        self.managed = False
        """Somebody else begins and ends transactions: what SQLAlchemy says of them is not passed on."""

    def at_once(self) -> sqlite3.Connection:
        """The connection for this very thread, after what waited: for what takes microseconds."""
        if self.waiting:
            waiting, self.waiting = self.waiting, []
            for statement in waiting:
                self._raw().execute(statement)
        return self._connection._connection or self._raw()  # which says that it is closed

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in the thread, after what waited; for what may wait for the disk."""
        waiting, self.waiting = self.waiting, []
        return await self._visit(partial(_after, waiting, work, self._raw()))

    def visit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in the thread, after what waited; the result, or what was raised."""
        waiting, self.waiting = self.waiting, []
        self.begun = self.begun or bool(waiting)
        try:
            done: T = await_(self._visit(partial(_after, waiting, work, self._raw())))
        except Exception as error:
            self._handle_exception(error)
        return done

    def commit(self) -> None:
        """Commit; raises if SQLite has rolled back by itself. Nothing to do if nothing ran since `BEGIN`."""
        if self.managed:
            return
        if self.begun:
            self.visit(_commit)
            self.begun = False
        self.waiting.clear()

    def rollback(self) -> None:
        """Roll back; what only read lets go of its view without being waited for."""
        if self.managed:
            return
        self.waiting.clear()
        begun, self.begun = self.begun, False
        if not begun or self._connection._connection is None:
            return
        if self.read_only:
            self._connection._tx.put_nowait((None, self._raw().rollback))
        else:
            self.visit(sqlite3.Connection.rollback)

    def _visit(self, work: Callable[[], T]) -> Visit[T]:
        visit: Visit[T] = Visit()
        self._connection._tx.put_nowait((visit, work))
        return visit

    def _raw(self) -> sqlite3.Connection:
        return self._connection._conn  # type: ignore[no-any-return]


class _OneVisitDbapi(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> OneVisitConnection:
        connection = aiosqlite.connect(*arg, cached_statements=512, **kw)
        connection._thread.daemon = True
        return OneVisitConnection(self, await_(connection))


class OneVisitDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's dialect with this driver under it."""

    driver = "onevisit"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> AsyncAdapt_aiosqlite_dbapi:
        """The module as SQLAlchemy wants to see it."""
        return _OneVisitDbapi(aiosqlite, sqlite3)


def _after(waiting: list[str], work: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
    for statement in waiting:
        connection.execute(statement)
    return work(connection)


def _commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")  # unlike `connection.commit()`, this notices that there is nothing to commit


def _execute(operation: str, parameters: Any, connection: sqlite3.Connection) -> _Executed:
    return _taken(connection.execute(operation, parameters))


def _execute_many(operation: str, parameters: Any, connection: sqlite3.Connection) -> _Executed:
    return _taken(connection.executemany(operation, parameters))


def _taken(cursor: sqlite3.Cursor) -> _Executed:
    rows = cursor.fetchall() if cursor.description else []
    done = _Executed(cursor.description, rows, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return done
