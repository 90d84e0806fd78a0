"""Engines: on SQLite one writer and a pool of readers on the same file, on PostgreSQL one pool for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

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
_STATEMENT_TIMEOUT = "15000"
_KNOWN = {"postgresql", "postgres", "sqlite"}


class Database:
    """The two ways in: `writer` for the unit of work alone, `reader` for everything that only looks.

    `writer` leaves the beginning and the end of transactions to the one who uses it.
    """

    def __init__(self, url: URL, *, readers: int = 4, writers: int = 2) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.lanes = 1 if self.is_sqlite else writers
        if self.is_sqlite:
            self.writer = _sqlite(url, size=1, begin=None, pragmas=(*_SQLITE, "busy_timeout=0"))
            self.reader = _sqlite(url, size=readers, begin="BEGIN", pragmas=(*_SQLITE, "query_only=ON"))
        else:
            self.writer = _postgresql(url, size=writers, read_only=False)
            self.reader = _postgresql(url, size=readers, read_only=True)

    async def close(self) -> None:
        """Give all connections back; without this the driver's threads keep the process alive."""
        await self.reader.dispose()
        await self.writer.dispose()


def open_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(database_url(settings), readers=settings.readers, writers=settings.writers)


def migration_engine(settings: Settings) -> AsyncEngine:
    """An engine that may change tables: nothing times out, and SQLite may copy tables others refer to."""
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, size=1, begin="BEGIN IMMEDIATE", pragmas=(*_SQLITE, "foreign_keys=OFF"))
    return create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 10})


def database_url(settings: Settings) -> URL:
    """The URL with the driver that is used, whichever usual way it was written."""
    if settings.embedded and not settings.database_url:
        return URL.create(DRIVER, database=str(settings.data / "talkoot.db"))
    url = _parsed(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return url.set(drivername=DRIVER)
    query = dict(url.query)
    if "sslmode" in query:  # libpq's name; asyncpg calls it ssl
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def _parsed(given: str) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in _KNOWN:
        # What was given is not repeated: there may be a password in it.
        raise SettingsError(
            "`database_url` (TALKOOT_DATABASE_URL): it must look like postgresql://user:password@host/name"
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


def _postgresql(url: URL, *, size: int, read_only: bool) -> AsyncEngine:
    options = {
        "application_name": "talkoot",
        "statement_timeout": _STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": "60000",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    return create_async_engine(
        url,
        isolation_level="REPEATABLE READ" if read_only else "AUTOCOMMIT",
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"server_settings": options, "timeout": 10, "command_timeout": 20},
    )
