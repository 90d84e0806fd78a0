"""The few statements that every message and every reader of it run, straight to the driver.

SQLAlchemy takes 50 to 200 us to run a statement that the database does in 3. What is written once for each
database, and tested on both, goes without it; everything else stays with SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from talkoot.kernel.values import Value

Row = Sequence[Any]


class Statement(Value, frozen=True):
    """One statement for many rows: SQLite runs it for each, PostgreSQL once with an array for each column."""

    sqlite: str
    postgresql: str
    returns: bool = True


class PlainSql(Protocol):
    """A lane's connection and its transaction, without SQLAlchemy; raises DBAPIError as SQLAlchemy does."""

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        ...

    async def succeed(self, lost: PlainSql) -> None:
        """Take over from a connection that was lost: when this returns, nothing it began goes on."""
        ...

    async def run(self, statement: Statement, rows: Sequence[Row]) -> list[Row]:
        """All rows that came back, in no particular order; an id may be 16 bytes: see `as_id`."""
        ...

    async def tell(self, command: str) -> None:
        """Run a command without parameters or rows, such as `SAVEPOINT`."""
        ...

    async def begin(self) -> None:
        """Begin a transaction that writes."""
        ...

    async def commit(self) -> None:
        """Make it durable; OutcomeUnknown if there was no answer."""
        ...

    async def rollback(self) -> None:
        """Undo it, if there still is one."""
        ...


def as_id(value: Any) -> UUID:
    """An id as the driver gave it."""
    return UUID(bytes=value) if type(value) is bytes else value


def as_id_or_none(value: Any) -> UUID | None:
    """The same where there may be none."""
    return None if value is None else as_id(value)


def inserting(table: str, **columns: str) -> Statement:
    """Insert rows that have these columns, in this order; with each, what PostgreSQL calls its type."""
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    marks = ", ".join("?" * len(columns))
    arrays = ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(columns.values(), 1))
    select = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - the code names the columns
    return Statement(f"{into} VALUES ({marks})", f"{into} {select}", returns=False)
