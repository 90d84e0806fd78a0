"""Plain statements on PostgreSQL: one round trip for many rows, which go as one array for each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.storage_errors import wrapped

if TYPE_CHECKING:
    from talkoot.kernel.plain_sql import Row, Statement

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


class PostgresqlPlain:
    """The driver keeps the statements prepared."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._connection.is_closed()

    async def run(self, statement: Statement, rows: Sequence[Row]) -> list[Row]:
        """For all rows together; what came back."""
        try:
            found: list[Any] = await self._connection.fetch(statement.postgresql, *zip(*rows, strict=True))
        except FAILURES as error:
            raise wrapped(error) from error
        return found

    async def tell(self, command: str) -> None:
        """Run a command."""
        try:
            await self._connection.execute(command)
        except FAILURES as error:
            raise wrapped(error) from error

    async def begin(self) -> None:
        """Begin a transaction."""
        await self.tell("BEGIN")

    async def commit(self) -> None:
        """Make it durable; a transaction that had failed ends as ROLLBACK, which is no success."""
        try:
            ended = await self._connection.execute("COMMIT")
        except FAILURES as error:
            raise wrapped(error) from error
        if ended != "COMMIT":
            raise Unavailable("The database undid this; try again")

    async def rollback(self) -> None:
        """Undo everything since `begin`."""
        await self.tell("ROLLBACK")
