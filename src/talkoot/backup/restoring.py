"""Brings a backup back, into an empty place, and tells everybody by a new epoch that time went back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, table
from sqlalchemy.exc import SQLAlchemyError

from talkoot.backup.folders import BackupError
from talkoot.backup.making import FILE
from talkoot.backup.manifest import Manifest, read_manifest, require_known
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.database import database_url, migrating
from talkoot.kernel.durability import synchronise
from talkoot.kernel.ids import new_id
from talkoot.kernel.postgresql_plain import FAILURES
from talkoot.migrations import upgrade
from talkoot.migrations.scripts import known_revisions, newest
from talkoot.migrations.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from talkoot.settings import Settings


async def restore_backup(settings: Settings, folder: Path, *, keep_tokens: bool = False) -> Manifest:
    """Restore into a database that holds nothing yet, all or nothing; raises BackupError.

    `keep_tokens`: those for programs, and recovery codes, open what they opened when the backup was made.
    """
    manifest = read_manifest(folder)
    url = database_url(settings)
    if manifest.database != url.get_backend_name():
        raise BackupError(f"This is a backup of {manifest.database}; the settings name another database.")
    if manifest.revision not in known_revisions():
        raise BackupError(f"This backup was made by a newer version, Talkoot {manifest.talkoot}.")
    try:
        if manifest.database == "sqlite":
            require_known(manifest, {FILE})
            await _restore_file(settings, Path(url.database or ""), folder, keep_tokens=keep_tokens)
        else:
            await _restore_tables(settings, folder, manifest, keep_tokens=keep_tokens)
    except (sqlite3.Error, SQLAlchemyError, *FAILURES) as error:
        raise BackupError(f"It could not be restored, nothing was changed: {error}.") from error
    return manifest


async def _restore_file(settings: Settings, target: Path, folder: Path, *, keep_tokens: bool) -> None:
    for path in (target, target.with_name(f"{target.name}-wal"), target.with_name("talkoot.search.db")):
        if path.exists():
            raise BackupError(f"{path} is there already: a backup is restored into an empty place.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a folder of its own until it is whole: a half restored file is never taken for a database.
    making = target.parent / f".restoring-{new_id()}"
    making.mkdir(mode=0o700)
    try:
        shutil.copyfile(folder / FILE, making / FILE)
        await _renew(
            settings.model_copy(update={"data": making, "database_url": ""}), keep_tokens=keep_tokens
        )
        with closing(sqlite3.connect(making / FILE)) as made:
            made.execute("PRAGMA journal_mode=DELETE")
        synchronise(making / FILE)
        (making / FILE).rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)


async def _renew(settings: Settings, *, keep_tokens: bool) -> None:
    async with migrating(settings) as engine, engine.begin() as connection:
        await connection.run_sync(upgrade, newest())
        await _begin_anew(connection, keep_tokens=keep_tokens)


async def _restore_tables(settings: Settings, folder: Path, manifest: Manifest, *, keep_tokens: bool) -> None:
    async with migrating(settings) as engine, engine.begin() as connection:
        if await connection.run_sync(lambda sync: inspect(sync).get_table_names()):
            raise BackupError("The database is not empty: a backup is restored into an empty one.")
        await connection.run_sync(upgrade, manifest.revision)
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            raise BackupError("The database gave no connection.")
        ours = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        require_known(manifest, {f"{table}.copy" for table in ours})
        for part in manifest.parts:
            name = part.name.removesuffix(".copy")
            # Migrations may have put something in; TRUNCATE would ask to empty what only grows, too.
            await connection.execute(table(name).delete())
            await driver.copy_to_table(name, source=folder / part.name, columns=part.columns)
        await connection.run_sync(upgrade, newest())
        await _begin_anew(connection, keep_tokens=keep_tokens)


async def _begin_anew(connection: AsyncConnection, *, keep_tokens: bool) -> None:
    """What was forbidden after the backup was made must not be allowed again by restoring it."""
    now = SystemClock().now()
    tables = METADATA.tables
    await connection.execute(tables["logs"].update().values(epoch=new_id()))
    await connection.execute(tables["refresh_tokens"].delete())
    sessions, invitations = tables["sessions"], tables["invitations"]
    ended = sessions.update().where(sessions.c.revoked_at.is_(None)).values(revoked_at=now)
    await connection.execute(ended.where(sessions.c.kind != "made") if keep_tokens else ended)
    if not keep_tokens:
        await connection.execute(tables["recovery_codes"].delete())  # some may have been used since
    await connection.execute(
        invitations.update().where(invitations.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    for name in ("leases", "incarnation", "mailed_links", "export_pieces", "exports", "workspace_exports"):
        await connection.execute(tables[name].delete())
