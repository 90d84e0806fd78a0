"""A table that nobody can read for a while, so that something happens in the middle of a reading."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Nobody reads this table of a PostgreSQL; what is given returns when somebody waits to."""
    outside = await asyncpg.connect(url)
    waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"  # noqa: S608

    async def wanted() -> None:
        while not await outside.fetchval(waiting):
            await outside.execute("SELECT pg_sleep(0.01)")

    try:
        async with outside.transaction():
            await outside.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield wanted
    finally:
        await outside.close()
