"""The history of the tables, and the way from any older form to today's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from talkoot.kernel.database import migration_engine
from talkoot.kernel.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.context import Kernel
    from talkoot.settings import Settings

_LOCK = 7_455_140_129  # any number; whoever migrates the same PostgreSQL database meanwhile waits


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


async def migrate(settings: Settings) -> bool:
    """Bring the tables to today's form, in one transaction; False when they had it already.

    Raises SchemaTooNew; what the driver raises when the database is not there stays as it is.
    """
    engine = migration_engine(settings)
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if await is_current(connection):
                return False
            await connection.run_sync(upgrade)
            return True
    finally:
        await engine.dispose()


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the tables have today's form; raises SchemaTooNew."""
    found = await connection.run_sync(revision)
    if found is not None and found not in known_revisions():
        raise SchemaTooNew(f"The database is at {found}, which this version of Talkoot does not know")
    return found == newest()


async def tables_are_current(kernel: Kernel) -> None:
    """The readiness check: raises Unavailable while the tables are older than the program.

    Newer ones are no reason to stop: in a rolling update the old servers go on until they are replaced.
    """
    async with kernel.uow.read() as read:
        try:
            current = await is_current(read.connection)
        except SchemaTooNew:
            return
    if not current:
        raise Unavailable("The tables are older than the program")


def revision(connection: Connection) -> str | None:
    """The revision that the tables have; None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def newest() -> str:
    """The revision that this program works with."""
    return max(known_revisions())


@cache
def known_revisions() -> frozenset[str]:
    """All revisions there ever were: each file of `versions` begins with its number."""
    versions = Path(__file__).with_name("versions")
    return frozenset(file.name.split("_")[0] for file in versions.glob("[0-9]*.py"))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run what is missing on this connection, up to a revision."""
    from alembic import command  # 7 MiB and 0.15 s that most starts do without: their tables are current

    command.upgrade(configuration(connection), to)


def configuration(connection: Connection | None = None) -> Config:
    """What Alembic wants to know."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "talkoot:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
