"""Jobs as they lie in the tables of a server: tests put some there, and look what became of them."""

import sqlite3
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from tests.servers.talkoot import Talkoot

FORGET = "jobs.forget_finished"  # a kind that every process can do


async def rows(talkoot: Talkoot, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement answers, on whichever database; values are `$1` and so on, ids are UUIDs."""
    url = talkoot.environment.get("TALKOOT_DATABASE_URL")
    if url:
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()
    plain = [value.bytes if isinstance(value, uuid.UUID) else value for value in values]
    with closing(sqlite3.connect(talkoot.data / "talkoot.db", timeout=10)) as database, database:
        return database.execute(statement.replace("$", "?"), plain).fetchall()


async def put_job(
    talkoot: Talkoot,
    *,
    kind: str = FORGET,
    payload: str = "{}",
    state: str = "ready",
    attempts: int = 0,
    max_attempts: int = 10,
    error: str | None = None,
) -> uuid.UUID:
    """A job that was due a minute ago; its id."""
    job = uuid.uuid4()
    moment = time.time_ns() // 1000 - 60_000_000
    await rows(
        talkoot,
        "INSERT INTO jobs (id, kind, payload, state, due_at, attempts, max_attempts, created_at, last_error)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(job, kind, payload, state, moment, attempts, max_attempts, moment, error),
    )
    return job


def in_an_hour(hours: int = 1) -> str:
    """A time that does not come before a test ends."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
