"""`INSERT ... ON CONFLICT`, which both databases have, but each under its own import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.types import Model


def insert_into(connection: AsyncConnection, model: type[Model]) -> Any:
    """An insert that offers `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(model)
