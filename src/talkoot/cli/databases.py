"""The database, as a command finds it: there and fitting, or a sentence about what is wrong."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.database import Database, database_url, opened_database
from talkoot.kernel.durability import write_again
from talkoot.kernel.outside import OutsideUnitOfWork
from talkoot.migrations import SchemaTooNew, fits, revision
from talkoot.migrations.running import migrate as run_migrations
from talkoot.migrations.scripts import newest

if TYPE_CHECKING:
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.settings import Settings

log = logging.getLogger("talkoot")


async def bring_up_to_date(settings: Settings, *, contract: bool) -> bool:
    """Migrate; whether there was anything to do."""
    make_folder(settings)
    try:
        return await run_migrations(settings, contract=contract)
    except SchemaTooNew as error:
        raise _too_new(error) from None
    except Exception as error:
        raise unreachable(settings, error) from error


def settle(settings: Settings) -> None:
    """Make sure that what a server before this one left is on the disk before anything rests on it."""
    path = database_url(settings).database
    if not settings.embedded or not path or path == ":memory:":
        return
    try:
        again = write_again(Path(path))
    except (OSError, sqlite3.Error) as error:
        raise Failure(
            Exit.NO_DATABASE,
            f"The database {path} can not be written: {error}\n"
            "Does another program keep it locked, is the disk full, or does it fail (see dmesg)?",
        ) from error
    if again:
        log.info("The last server was killed: %d bytes that it left are written again", again)


async def is_empty(settings: Settings) -> bool:
    """Whether the database holds no tables at all: then there is nothing that making them could harm."""
    async with opened_database(settings) as database:
        try:
            async with database.reader.connect() as connection:
                return not await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        except Exception as error:
            raise unreachable(settings, error) from error


async def require_fitting(settings: Settings) -> None:
    """Raise a Failure when the database is not there, or has other tables than this program works with."""
    async with opened_database(settings) as database:
        await _check(settings, database)


async def leftover(settings: Settings) -> bool:
    """Whether something waits to be taken away that only older programs need; the database must fit."""
    async with opened_database(settings) as database, database.reader.connect() as connection:
        return (await connection.run_sync(revision) or "") < newest()


@asynccontextmanager
async def unit_of_work(settings: Settings) -> AsyncIterator[UnitOfWork]:
    """A unit of work on a fitting database; servers beside it find out within a second or so."""
    from talkoot.app import Program

    await require_fitting(settings)
    program = Program(settings.model_copy(update={"redis_url": ""}))
    uow = OutsideUnitOfWork(program.kernel.database, program.kernel.clock, program.acting())
    uow.start()
    try:
        yield uow
    finally:
        await uow.close()
        program.gate.close()
        await program.kernel.database.close()


def make_folder(settings: Settings) -> None:
    """The data folder, for its owner alone."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            Exit.USAGE,
            f"The data folder {settings.data} can not be made ({error.strerror}); choose one with --data.",
        ) from None


async def _check(settings: Settings, database: Database) -> None:
    if settings.embedded and database.url.database and not _exists(database.url.database):
        raise Failure(
            Exit.NO_DATABASE,
            f"There is no database {database.url.database} yet: `talkoot serve` makes it."
            " Is --data the folder that the server uses?",
        )
    try:
        async with database.reader.connect() as connection:
            fitting = await fits(connection)
    except SchemaTooNew as error:
        raise _too_new(error) from None
    except Exception as error:
        raise unreachable(settings, error) from error
    if not fitting:
        raise Failure(Exit.UNFIT_DATABASE, "The tables are not those of this version: run `talkoot migrate`.")


def _exists(path: str) -> bool:
    return path == ":memory:" or Path(path).exists()


def _too_new(error: SchemaTooNew) -> Failure:
    return Failure(Exit.UNFIT_DATABASE, f"{error}. Install the newer version again, or restore a backup.")


def unreachable(settings: Settings, error: Exception) -> Failure:
    """What to say about a database that does not answer."""
    url = database_url(settings)
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return Failure(
        Exit.NO_DATABASE,
        f"The database {shown} can not be reached: {reason}\n"
        "Does it run, and are address, user and password right? See TALKOOT_DATABASE_URL.",
    )
