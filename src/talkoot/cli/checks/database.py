"""The database: there, fitting, keeping what it acknowledges, and with room for all connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from talkoot.cli.checks.connections import between, room
from talkoot.cli.checks.finding import Finding
from talkoot.cli.databases import require_fitting
from talkoot.cli.failures import Failure
from talkoot.cli.installing import OTHER_KEY, has_other_key
from talkoot.kernel.database import opened_database
from talkoot.kernel.sealing import unopened
from talkoot.kernel.secrets import load_secrets
from talkoot.migrations.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.database import Database
    from talkoot.settings import Settings

_OLDEST_POSTGRESQL = 150_000
_SEALED = (
    "{} secrets in the database are sealed with another key: give this one back, or run"
    " `talkoot rekey --old-key-file` with that one"
)
_DURABLE = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"},
    "postgresql": {"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on"},
}


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
            yield await between(settings, opened, connection)
            yield await room(settings, connection)
        if (settings.secret_key.get_secret_value() or (settings.data / "secret.key").exists()) and (
            closed := await unopened(connection, METADATA, load_secrets(settings))
        ):
            yield Finding("fail", "sealed", _SEALED.format(closed))
    if settings.secret_key.get_secret_value() and settings.clustered and await has_other_key(settings):
        yield Finding("fail", "key", OTHER_KEY)


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[tuple[Database, AsyncConnection]]:
    async with opened_database(settings) as opened, opened.reader.connect() as connection:
        yield opened, connection


async def _brand(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {(await connection.execute(text('SELECT sqlite_version()'))).scalar_one()}"
    number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    old = " (15 or newer is what is tested)" if number < _OLDEST_POSTGRESQL else ""
    return f"PostgreSQL {number // 10_000}{old}"


async def _durable(connection: AsyncConnection) -> Finding:
    wanted = _DURABLE[connection.dialect.name]
    found = {question: str((await connection.execute(text(question))).scalar_one()) for question in wanted}
    settled = ", ".join(f"{question.split()[1]} {value}" for question, value in found.items())
    if found == wanted:
        return Finding("ok", "durable", settled)
    return Finding("warn", "durable", f"{settled}: a power cut may lose what people were told is stored")
