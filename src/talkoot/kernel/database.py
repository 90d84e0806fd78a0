"""Engines: on SQLite one writer and a pool of readers on the same file, on PostgreSQL one pool for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from talkoot.kernel.postgresql_engine import Patience, open_engine, open_migrating_engine
from talkoot.kernel.sqlite_driver import DRIVER
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from talkoot.settings import Settings

# WAL and FULL: a commit that was acknowledged is on the disk, also after the power went.
_SQLITE = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-16000",
)
_KNOWN = {"postgresql", "postgres", "sqlite"}


class Database:
    """The ways in: `writer` for the unit of work alone, `reader` for everything that only looks.

    A `replica`, if there is one, is for looks that may be a moment behind. `writer` leaves the beginning
    and the end of transactions to the one who uses it.
    """

    def __init__(self, settings: Settings) -> None:
        self.url = url = database_url(settings)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.patience = patience = Patience.of(settings)
        self.replica: AsyncEngine | None = None
        self.lanes = 1 if self.is_sqlite else settings.writers
        readers = settings.readers
        if self.is_sqlite:
            self.writer = _sqlite(url, size=1, begin=None, pragmas=(*_SQLITE, "busy_timeout=0"))
            self.reader = _sqlite(url, size=readers, begin="BEGIN", pragmas=(*_SQLITE, "query_only=ON"))
            return
        self.writer = open_engine(url, patience, size=self.lanes, use="write")
        self.reader = open_engine(url, patience, size=readers, use="read")
        if settings.database_replica_url:
            replica = _for_asyncpg(_parsed(settings.database_replica_url, "database_replica_url"))
            self.replica = open_engine(replica, patience, size=readers, use="read")

    async def close(self) -> None:
        """Give all connections back; without this the driver's threads keep the process alive."""
        for engine in (self.replica, self.reader, self.writer):
            if engine is not None:
                await engine.dispose()


def open_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(settings)


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """The database for a short look; its connections are closed at the end."""
    database = open_database(settings)
    try:
        yield database
    finally:
        await database.close()


def migration_engine(settings: Settings) -> AsyncEngine:
    """An engine that may change tables: nothing times out, and SQLite may copy tables others refer to."""
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, size=1, begin="BEGIN IMMEDIATE", pragmas=(*_SQLITE, "foreign_keys=OFF"))
    return open_migrating_engine(url, Patience.of(settings))


@asynccontextmanager
async def migrating(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The same for a short work; its connections are closed at the end."""
    engine = migration_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


def database_url(settings: Settings) -> URL:
    """The URL with the driver that is used, whichever usual way it was written."""
    if settings.embedded and not settings.database_url:
        return URL.create(DRIVER, database=str(settings.data / "talkoot.db"))
    url = _parsed(settings.database_url, "database_url")
    return url.set(drivername=DRIVER) if url.get_backend_name() == "sqlite" else _for_asyncpg(url)


def _for_asyncpg(url: URL) -> URL:
    query = dict(url.query)
    if "sslmode" in query:  # libpq's name; asyncpg calls it ssl
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def _parsed(given: str, setting: str) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in _KNOWN:
        # What was given is not repeated: there may be a password in it.
        raise SettingsError(
            f"`{setting}` (TALKOOT_{setting.upper()}): it must look like postgresql://user:password@host/name"
        )
    return url


def _sqlite(url: URL, *, size: int, begin: str | None, pragmas: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=30)

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not open or close transactions by itself
        connection.read_only = "query_only=ON" in pragmas
        connection.managed = begin is None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if begin is not None:

        @event.listens_for(engine.sync_engine, "begin")
        def begin_transaction(connection: Any) -> None:
            connection.exec_driver_sql(begin)

    return engine
