"""The way to PostgreSQL: what stands between, and whether it has room for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from talkoot.cli.checks.finding import Finding

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.database import Database
    from talkoot.settings import Settings

_BESIDE_READERS_AND_WRITERS = 3  # the search index, a migration, a command
_PORT = 5432
_CONNECTIONS = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
)


async def between(settings: Settings, database: Database, connection: AsyncConnection) -> Finding:
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


async def room(settings: Settings, connection: AsyncConnection) -> Finding:
    """PostgreSQL refuses connections beyond a number: the last node then can not start."""
    most, used = (await connection.execute(_CONNECTIONS)).one()
    each = settings.readers + settings.writers + _BESIDE_READERS_AND_WRITERS
    said = f"{used} of {most} connections are used; a server or worker takes up to {each}"
    if most - used < each:
        return Finding("warn", "room", f"{said}: raise max_connections, or put a pooler before PostgreSQL")
    return Finding("ok", "room", said)
