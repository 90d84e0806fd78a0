"""`INSERT ... ON CONFLICT`, which both databases have, but each under its own import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.types import Model


def insert_into(connection: AsyncConnection, model: type[Model]) -> Any:
    """An insert that offers `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(model)
    from sqlalchemy.dialects import postgresql  # 2 MiB that nobody needs on SQLite

    return postgresql.insert(model)
