"""Changes the tables while others use them: shortly locked, tried again, and indexes built beside writers."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from talkoot.kernel.database import migrating
from talkoot.migrations import SchemaTooNew, revision, upgrade
from talkoot.migrations.fresh import make_tables
from talkoot.migrations.scripts import indexes_at, known_revisions, needed, newest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncEngine

    from talkoot.settings import Settings

_LOCK = 7_455_140_129  # any number; whoever migrates the same PostgreSQL database meanwhile waits
# All who want a table wait behind one that waits for it alone: so that one waits only shortly, and often.
_PATIENCE = text("SET LOCAL lock_timeout = '500ms'")
_ATTEMPTS = 60
_BLOCKED = {"55P03", "40P01"}  # lock_not_available, deadlock_detected
_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


async def migrate(settings: Settings, *, contract: bool = False) -> bool:
    """Bring the tables to the form that this program needs; False when they had it already.

    With `contract` also what is left is taken away that only older programs needed. Each time it is one
    transaction. Raises SchemaTooNew; what the driver raises when the database is not there stays as it is.
    """
    async with migrating(settings) as engine:
        done = await _patiently(partial(_upgrade, engine, contract=contract))
        if engine.dialect.name == "postgresql":
            for name, on in indexes_at(await _revision(engine)).items():
                done |= await _patiently(partial(_index, engine, name, on))
        return done


async def _upgrade(engine: AsyncEngine, *, contract: bool) -> bool:
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(_PATIENCE)
        found = await connection.run_sync(revision)
        if found is not None and found not in known_revisions():
            raise SchemaTooNew(f"The database is at {found}, which this version of Talkoot does not know")
        wanted = newest() if contract or found is None else needed()
        if found is None and connection.dialect.name == "sqlite":
            await connection.run_sync(make_tables)
            found = await connection.run_sync(revision) or ""
            if found == wanted:
                return True
        if found is not None and found >= wanted:
            return False
        beside = found is not None and connection.dialect.name == "postgresql"
        await connection.run_sync(partial(upgrade, to=wanted, alone=not beside))
        return True


async def _revision(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        return await connection.run_sync(revision) or ""


async def _index(engine: AsyncEngine, name: str, on: str) -> bool:
    """Build an index while others write; one that was left half built is thrown away first."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if await connection.scalar(_VALID, {"name": name}):
            return False
        await connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
        await connection.execute(text(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}"))
    return True


async def _patiently(step: Callable[[], Awaitable[bool]]) -> bool:
    """Again, a moment later, when somebody was in the way."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await step()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _BLOCKED:
                raise
        await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311 - spreads load
    return await step()
