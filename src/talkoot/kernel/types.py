"""Column types that are the same in Python on every database, and the base of all tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import ColumnExpressionArgument, TextClause
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine


class Id(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite, the native type on PostgreSQL, `uuid.UUID` in Python."""

    impl: type[Uuid[UUID]] = Uuid  # type: ignore[mutable-override]
    cache_ok = True  # type: ignore[mutable-override]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """How this database keeps it."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """To the database."""
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """From the database: chosen once for a statement, for it is done with each value of each row."""
        del coltype
        return _from_bytes if dialect.name == "sqlite" else None


def _from_bytes(value: bytes | None) -> UUID | None:
    return UUID(bytes=value) if value is not None else None


def partial_index(
    name: str, *columns: str, where: ColumnExpressionArgument[bool] | TextClause, unique: bool = False
) -> Index:
    """An index of the rows that `where` names."""
    return Index(name, *columns, unique=unique, sqlite_where=where, info=on_postgresql(where=where))


def on_postgresql(**options: Any) -> dict[str, Any]:
    """What to say of an index there, as its `info`; `migrations.tables` passes it on.

    SQLAlchemy would load the dialect to see whether there are such options: 2 MiB that SQLite does without.
    """
    return {"postgresql": options}


class Model(DeclarativeBase):
    """The base of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {UUID: Id, int: BigInteger}  # noqa: RUF012 - SQLAlchemy reads this as a plain class attribute
