"""Makes a backup of one moment, while everybody goes on writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from talkoot import __version__
from talkoot.backup.folders import BackupError, folder_for
from talkoot.backup.manifest import Manifest, write_manifest
from talkoot.backup.sqlite_copy import copy_file
from talkoot.kernel.clock import SystemClock, rfc3339
from talkoot.kernel.database import database_url, migrating
from talkoot.kernel.postgresql_plain import FAILURES
from talkoot.migrations import revision
from talkoot.migrations.scripts import known_revisions
from talkoot.migrations.tables import METADATA

if TYPE_CHECKING:
    from talkoot.settings import Settings

FILE = "talkoot.db"
_MADE_AGAIN = ("search_", "leases", "incarnation", "export")  # tables whose content is found out anew
_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

Tell = Callable[[str], None]


async def make_backup(settings: Settings, destination: Path, tell: Tell) -> Manifest:
    """Copy a database that fits into a new folder; raises BackupError, and then leaves nothing behind."""
    url = database_url(settings)
    kind = url.get_backend_name()
    made_at = rfc3339(SystemClock().now())
    try:
        form = await _revision(settings)
        with folder_for(destination) as folder:
            if kind == "sqlite":
                copy_file(Path(url.database or ""), folder / FILE, tell)
                parts: dict[str, list[str]] = {FILE: []}
            else:
                parts = await _copy_tables(settings, folder, tell)
            return write_manifest(
                folder, talkoot=__version__, database=kind, revision=form, made_at=made_at, parts=parts
            )
    except (sqlite3.Error, SQLAlchemyError, *FAILURES) as error:
        raise BackupError(f"The backup could not be made, nothing of it is left: {error}.") from error


async def _revision(settings: Settings) -> str:
    async with migrating(settings) as engine, engine.connect() as connection:
        found = await connection.run_sync(revision)
    if found is None or found not in known_revisions():
        raise BackupError(f"The tables are those of a newer version ({found}): use that one for the backup.")
    return found


async def _copy_tables(settings: Settings, folder: Path, tell: Tell) -> dict[str, list[str]]:
    parts = {}
    async with migrating(settings) as engine, engine.begin() as connection:
        await connection.execute(_ONE_MOMENT)
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            raise BackupError("The database gave no connection.")
        for table in METADATA.sorted_tables:
            if table.name.startswith(_MADE_AGAIN):
                continue
            columns = [str(column.name) for column in table.columns]  # some are more than strings
            with (folder / f"{table.name}.copy").open("wb") as file:
                status = await driver.copy_from_table(table.name, columns=columns, output=file)
            tell(f"{table.name}: {status.removeprefix('COPY ')} rows")
            parts[f"{table.name}.copy"] = columns
    return parts
