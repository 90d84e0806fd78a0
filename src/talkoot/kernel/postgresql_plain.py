"""Plain statements on PostgreSQL: one round trip for many rows, which go as one array for each column."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.storage_errors import OutcomeUnknown, wrapped

if TYPE_CHECKING:
    from talkoot.kernel.plain_sql import PlainSql, Row, Statement

# The client's own confusion is one of them: it comes when the server dies while an answer is under way.
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
ENDINGS, PAUSE = 50, 0.1  # seconds, together five
_SELF = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
# The number alone may belong to somebody else's process by now.
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = $1 AND backend_start = $2 AND usename = current_user"
)


class PostgresqlPlain:
    """The driver keeps the statements prepared, unless there is a pooler; `begins` begins a transaction."""

    def __init__(self, connection: asyncpg.Connection, *, begins: str, pooler: bool) -> None:
        self._connection = connection
        self._begins = begins
        self._pooler = pooler
        self.process: Row | None = None
        """The process on the server, by its number and when it was started; None before the first `begin`."""

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._connection.is_closed()

    async def succeed(self, lost: PlainSql) -> None:
        """End the other's process on the server, if it does not know yet that nobody is there any more."""
        assert isinstance(lost, PostgresqlPlain)
        if self._pooler:
            return  # which tells of no process; every transaction waits for the one before it in its lane
        if lost.process is None:
            return  # nothing was ever begun
        for _ in range(ENDINGS):
            if not await self._fetch(_END, *lost.process):
                return
            await asyncio.sleep(PAUSE)
        raise wrapped(TimeoutError("A lost connection does not end"))

    async def run(self, statement: Statement, rows: Sequence[Row]) -> list[Row]:
        """For all rows together; what came back."""
        return await self._fetch(statement.postgresql, *zip(*rows, strict=True))

    async def tell(self, command: str) -> None:
        """Run a command."""
        try:
            await self._connection.execute(command)
        except FAILURES as error:
            raise self._failure(error) from error

    async def begin(self) -> None:
        """Begin a transaction."""
        if self.process is None and not self._pooler:
            (self.process,) = await self._fetch(_SELF)
        try:
            await self.tell(self._begins)
        except Exception:
            if self._pooler and not self.closed:  # BEGIN alone can not fail; what follows it there can
                await self.tell("ROLLBACK")
            raise

    async def commit(self) -> None:
        """Make it durable; a transaction that had failed ends as ROLLBACK, which is no success."""
        try:
            ended = await self._connection.execute("COMMIT")
        except FAILURES as error:
            if isinstance(error, asyncpg.PostgresError) and not self.closed:
                raise wrapped(error) from error  # that is an answer
            self._failure(error)
            raise OutcomeUnknown(None, None, error) from error
        if ended != "COMMIT":
            raise Unavailable("The database undid this; try again")

    async def rollback(self) -> None:
        """Undo everything since `begin`."""
        await self.tell("ROLLBACK")

    async def _fetch(self, sql: str, *parameters: Any) -> list[Any]:
        try:
            found: list[Any] = await self._connection.fetch(sql, *parameters)
        except FAILURES as error:
            raise self._failure(error) from error
        return found

    def _failure(self, error: Exception) -> Exception:
        if isinstance(error, TimeoutError):
            self._connection.terminate()  # the server would have ended it by itself: nobody is there any more
        return wrapped(error)
