"""The history of the tables, and the way from any older form to today's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from talkoot.kernel.errors import Unavailable
from talkoot.migrations.floor import floor, raise_floor
from talkoot.migrations.scripts import floor_at, indexes_at, known_revisions, needed, newest

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.kernel.context import Kernel


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program, which took away what this one needs."""


async def fits(connection: AsyncConnection) -> bool:
    """Whether this program can work with the tables; False while they are older; raises SchemaTooNew."""
    found = await connection.run_sync(revision)
    if found is None:
        return False
    if found in known_revisions():
        return found >= needed()
    lowest = await connection.run_sync(floor)
    if lowest is None or lowest > newest():
        raise SchemaTooNew(f"The database is at {found}, which this version of Talkoot does not know")
    return True


async def tables_fit(kernel: Kernel) -> None:
    """The readiness check: raises Unavailable while the tables are older than the program.

    Newer ones are no reason to stop: in a rolling update the old servers go on until they are replaced.
    """
    async with kernel.uow.read() as read:
        try:
            fitting = await fits(read.connection)
        except SchemaTooNew:
            return
    if not fitting:
        raise Unavailable("The tables are older than the program")


def revision(connection: Connection) -> str | None:
    """The revision that the tables have; None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection, to: str, *, alone: bool = True) -> None:
    """Run what is missing on this connection, up to a revision; not `alone`, indexes are left for later."""
    from alembic import command  # 7 MiB and 0.15 s that most starts do without: their tables are current

    command.upgrade(configuration(connection), to)
    lowest = floor_at(to)
    if lowest is not None and floor(connection) is not None:
        raise_floor(connection, lowest)
    for name, on in indexes_at(to).items() if alone else ():
        connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {on}"))


def configuration(connection: Connection | None = None) -> Config:
    """What Alembic wants to know."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "talkoot:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
