"""The index that belongs to a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.chat.search.stems import Stems
from talkoot.kernel.database import database_url, migration_engine

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.search.index import Index
    from talkoot.settings import Settings


TURN = "search"  # the lease of who writes the index, where several may


def index_for(settings: Settings, holder: UUID | None = None) -> Index:
    """On SQLite a file beside it, on PostgreSQL tables in it, written only while `holder` has its turn."""
    url, stems = database_url(settings), Stems(settings.search_languages)
    if url.get_backend_name() == "sqlite":
        from talkoot.chat.search.sqlite_index import SqliteIndex

        return SqliteIndex(Path(url.database or ""), stems)
    from talkoot.chat.search.postgres_index import PostgresIndex

    return PostgresIndex(migration_engine(settings), stems, holder)
