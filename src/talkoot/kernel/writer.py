"""The one connection of a lane: plain statements and SQLAlchemy in the same transaction."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from talkoot.kernel.sqlite_plain import SqlitePlain

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.database import Database
    from talkoot.kernel.plain_sql import PlainSql


log = logging.getLogger("talkoot.storage")


class Writer:
    """Keeps its connection from one transaction to the next, and gets a new one when it was lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lane = secrets.randbits(63)
        self._open: tuple[AsyncConnection, PlainSql] | None = None
        self._lost: PlainSql | None = None

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

    async def begin(self) -> None:
        """Begin a transaction; on a new connection if the old one ended while there was nothing to do."""
        kept = self._open is not None
        try:
            await self._connect()
            await self.sql.begin()
        except Exception:
            if not kept or self._open is None or not self.lost:
                raise
            await self._drop()
            await self._connect()
            await self.sql.begin()

    async def commit(self) -> None:
        """Make the transaction durable; OutcomeUnknown if the database did not answer."""
        connection, sql = self._opened
        if connection.in_transaction():  # only in the eyes of SQLAlchemy: it is told nothing of ours
            await connection.commit()
        await sql.commit()

    async def rollback(self) -> None:
        """Undo the transaction, if there still is one; a connection that can not do that is given up."""
        try:
            if self.connection.in_transaction():
                await self.connection.rollback()
            if not self.lost:
                await self.sql.rollback()
        except Exception:
            log.warning("A connection to the database is given up", exc_info=True)
            await self._drop()
        else:
            if self.lost:
                await self._drop()

    async def begin_part(self, *, whole: bool) -> None:
        """Begin what may be undone alone; the whole of a transaction needs nothing for that."""
        if not whole:
            await self.sql.tell("SAVEPOINT part")

    async def end_part(self, *, whole: bool) -> None:
        """It stays, if the transaction does."""
        if not whole:
            await self.sql.tell("RELEASE SAVEPOINT part")

    async def undo_part(self, *, whole: bool) -> None:
        """Undo it; the transaction goes on."""
        if whole:
            await self.sql.rollback()
            await self.sql.begin()
        else:
            await self.sql.tell("ROLLBACK TO SAVEPOINT part")

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

    async def _connect(self) -> None:
        if self._open is None:
            connection = await self._database.writer.connect()
            adapter: Any = (await connection.get_raw_connection()).dbapi_connection
            self._open = connection, self._plain(adapter)
        if self._lost is not None:
            await self.sql.succeed(self._lost)
            self._lost = None

    async def _drop(self) -> None:
        connection, self._lost, self._open = self.connection, self.sql, None
        await connection.invalidate()
        await connection.close()

    def _plain(self, adapter: Any) -> PlainSql:
        if self._database.is_sqlite:
            return SqlitePlain(adapter)
        from talkoot.kernel.postgresql_plain import PostgresqlPlain  # asyncpg, 3 MiB that SQLite does without

        patience = self._database.patience
        begins = patience.beginning(self._lane)
        return PostgresqlPlain(adapter.driver_connection, begins=begins, pooler=patience.pooler)
