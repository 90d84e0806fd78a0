"""The index that belongs to a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.kernel.database import database_url, migration_engine

if TYPE_CHECKING:
    from talkoot.chat.search.index import Index
    from talkoot.settings import Settings


def index_for(settings: Settings) -> Index:
    """On SQLite a file beside it, on PostgreSQL tables in it."""
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        from talkoot.chat.search.sqlite_index import SqliteIndex

        return SqliteIndex(Path(url.database or ""))
    from talkoot.chat.search.postgres_index import PostgresIndex

    return PostgresIndex(migration_engine(settings))
