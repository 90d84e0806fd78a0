"""The oldest form of the tables that a program has to know to work with those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, inspect, select, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model

if TYPE_CHECKING:
    from sqlalchemy import Connection


class SchemaFloor(Model):
    """One row: programs that know this revision may use the tables."""

    __tablename__ = "schema_floor"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[str]


def floor(connection: Connection) -> str | None:
    """The revision that has to be known; None in a database from before there was a floor."""
    if not inspect(connection).has_table(SchemaFloor.__tablename__):
        return None
    return connection.scalar(select(SchemaFloor.revision))


def raise_floor(connection: Connection, revision: str) -> None:
    """From now on a program has to know this revision."""
    connection.execute(update(SchemaFloor).where(SchemaFloor.revision < revision).values(revision=revision))
