"""The database: there, fitting, keeping what it acknowledges, and with room for all connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from talkoot.cli.checks.finding import Finding
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure
from talkoot.kernel.database import open_database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.database import Database
    from talkoot.settings import Settings

_OLDEST_POSTGRESQL = 140_000
_BESIDE_READERS_AND_WRITERS = 3  # the search index, a migration, a command
_FAR_BEHIND = 30.0  # seconds
_PORT = 5432
_DURABLE = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"},
    "postgresql": {"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on"},
}
_CONNECTIONS = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
)
_STANDBY = text(
    "SELECT pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float,"
    " pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn()"
)


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """The database answers, has this version's tables, and keeps what it acknowledges."""
    new = settings.embedded and settings.migrate == "auto" and not (settings.data / "talkoot.db").exists()
    if new and not settings.database_url:
        yield Finding("ok", "database", "an SQLite file in the data folder; the first start makes it")
        return
    try:
        await require_fitting(settings)
    except Failure as failure:
        yield Finding("fail", "database", " ".join(str(failure).split()))
        return
    async with _reading(settings) as (opened, connection):
        brand = await _brand(connection)
        if not opened.is_sqlite and await connection.scalar(text("SELECT pg_is_in_recovery()")):
            yield Finding("fail", "database", f"{brand} is a standby: database_url has to name the primary")
            return
        yield Finding("ok", "database", f"{brand} answers and has this version's tables")
        yield await _durable(connection)
        if not opened.is_sqlite:
            yield await _between(settings, opened, connection)
            yield await _room(settings, connection)


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[tuple[Database, AsyncConnection]]:
    opened = open_database(settings)
    try:
        async with opened.reader.connect() as connection:
            yield opened, connection
    finally:
        await opened.close()


async def _brand(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {(await connection.execute(text('SELECT sqlite_version()'))).scalar_one()}"
    number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    old = " (14 or newer is what is tested)" if number < _OLDEST_POSTGRESQL else ""
    return f"PostgreSQL {number // 10_000}{old}"


async def _durable(connection: AsyncConnection) -> Finding:
    wanted = _DURABLE[connection.dialect.name]
    found = {question: str((await connection.execute(text(question))).scalar_one()) for question in wanted}
    settled = ", ".join(f"{question.split()[1]} {value}" for question, value in found.items())
    if found == wanted:
        return Finding("ok", "durable", settled)
    return Finding("warn", "durable", f"{settled}: a power cut may lose what people were told is stored")


async def _between(settings: Settings, database: Database, connection: AsyncConnection) -> Finding:
    """A pooler that nobody told us of breaks what is kept for a connection."""
    behind = (await connection.execute(text("SELECT inet_server_port()"))).scalar_one()
    named = database.url.port or _PORT
    if settings.database_pooler == "on":
        return Finding("ok", "pooler", "each transaction brings its limits along")
    if behind is None or behind == named:
        return Finding("ok", "pooler", "none between here and PostgreSQL")
    return Finding(
        "warn",
        "pooler",
        f"port {named} leads to a PostgreSQL that listens on {behind}: if a pooler stands between, and gives"
        " each transaction another connection, set database_pooler = on",
    )


async def _room(settings: Settings, connection: AsyncConnection) -> Finding:
    """PostgreSQL refuses connections beyond a number: the last node then can not start."""
    most, used = (await connection.execute(_CONNECTIONS)).one()
    each = settings.readers + settings.writers + _BESIDE_READERS_AND_WRITERS
    said = f"{used} of {most} connections are used; a server or worker takes up to {each}"
    if most - used < each:
        return Finding("warn", "room", f"{said}: raise max_connections, or put a pooler before PostgreSQL")
    return Finding("ok", "room", said)


async def replica(settings: Settings) -> AsyncIterator[Finding]:
    """The standby answers, is one, and is not far behind."""
    if not settings.database_replica_url:
        return
    opened = open_database(settings)
    try:
        assert opened.replica is not None
        async with opened.replica.connect() as connection:
            standby, behind, idle = (await connection.execute(_STANDBY)).one()
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error) or type(error).__name__
        yield Finding("warn", "replica", f"{reason}: searches go to the primary meanwhile")
    else:
        yield _standby(standby=standby, behind=0.0 if idle else behind or 0.0)
    finally:
        await opened.close()


def _standby(*, standby: bool, behind: float) -> Finding:
    if not standby:
        return Finding("warn", "replica", "is a primary of its own: is it the standby of this database?")
    if behind > _FAR_BEHIND:
        return Finding("warn", "replica", f"is {behind:.0f} s behind: what was said since is not found")
    return Finding("ok", "replica", f"answers, {behind:.0f} s behind")
