"""The one connection of a lane: plain statements and SQLAlchemy in the same transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from talkoot.kernel.sqlite_plain import SqlitePlain
from talkoot.kernel.storage_errors import lost_transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from talkoot.kernel.plain_sql import PlainSql


class Writer:
    """Keeps its connection from one transaction to the next, and gets a new one when it was lost."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._open: tuple[AsyncConnection, PlainSql] | None = None

    @property
    def connection(self) -> AsyncConnection:
        """SQLAlchemy's view of it, within a transaction."""
        return self._opened[0]

    @property
    def sql(self) -> PlainSql:
        """The driver's view of it, within a transaction."""
        return self._opened[1]

    @property
    def lost(self) -> bool:
        """Whether the connection is gone, and with it the transaction."""
        return self.connection.invalidated or self.sql.closed

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Durable when it ends, or undone."""
        await self._begin()
        try:
            yield
            await self._let_go()
            await self.sql.commit()
        except BaseException:
            await self._undo()
            raise

    @asynccontextmanager
    async def undoable(self, *, everything: bool) -> AsyncIterator[None]:
        """Undo what was done in this block if it fails: `everything` in this transaction, or a part."""
        sql = self.sql
        if not everything:
            await sql.tell("SAVEPOINT part")
        try:
            yield
        except Exception as error:
            if self.lost or lost_transaction(error):
                raise  # nothing more may run in it
            if everything:
                await sql.rollback()
                await sql.begin()
            else:
                await sql.tell("ROLLBACK TO SAVEPOINT part")
            raise
        if not everything:
            await sql.tell("RELEASE SAVEPOINT part")

    async def close(self) -> None:
        """Give the connection back."""
        if self._open is not None:
            await self.connection.close()
            self._open = None

    @property
    def _opened(self) -> tuple[AsyncConnection, PlainSql]:
        if self._open is None:
            raise RuntimeError("There is no transaction")
        return self._open

    async def _begin(self) -> None:
        kept = self._open is not None
        try:
            await self._connect()
            await self.sql.begin()
        except Exception:
            if not kept or self._open is None or not self.lost:
                raise
            await self._drop()  # it ended while nothing was to do
            await self._connect()
            await self.sql.begin()

    async def _connect(self) -> None:
        if self._open is None:
            connection = await self._engine.connect()
            adapter: Any = (await connection.get_raw_connection()).dbapi_connection
            self._open = connection, _plain(adapter, self._engine.dialect.name)

    async def _let_go(self) -> None:
        if self.connection.in_transaction():  # only in the eyes of SQLAlchemy: it is told nothing of ours
            await self.connection.commit()

    async def _undo(self) -> None:
        try:
            if self.connection.in_transaction():
                await self.connection.rollback()
            if not self.lost:
                await self.sql.rollback()
        finally:
            if self.lost:
                await self._drop()

    async def _drop(self) -> None:
        connection, self._open = self.connection, None
        await connection.invalidate()
        await connection.close()


def _plain(adapter: Any, dialect: str) -> PlainSql:
    if dialect == "sqlite":
        return SqlitePlain(adapter)
    from talkoot.kernel.postgresql_plain import PostgresqlPlain  # asyncpg, 3 MiB that SQLite does without

    return PostgresqlPlain(adapter.driver_connection)
