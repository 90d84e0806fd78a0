"""The one clock of all who share a database: by it is judged who holds what, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, func, literal, select

from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


def moment(connection: AsyncConnection, now: int) -> ColumnElement[int]:
    """Now, in microseconds since the epoch, within a statement: by the clock of PostgreSQL.

    On SQLite, whose processes are on one machine, it is `now`, the caller's own.
    """
    if connection.dialect.name == "sqlite":
        return literal(now, BigInteger)
    # Not that of the transaction, which may have waited; with clock_timestamp() no index would be used.
    return cast(func.extract("epoch", func.statement_timestamp()) * SECOND, BigInteger)


async def current_moment(connection: AsyncConnection, now: int) -> int:
    """Now, in microseconds since the epoch, as `moment` has it."""
    if connection.dialect.name == "sqlite":
        return now
    told: int = (await connection.execute(select(moment(connection, now)))).scalar_one()
    return told
