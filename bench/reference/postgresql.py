"""A PostgreSQL of the run's own, which writes to the disk before it answers, and one bare commit on it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from bench.latency import TEXT, summary
from bench.processes import SERVER_CORE, on_core
from tests.servers.postgres import Postgres
from tests.servers.process import ServerUnavailableError

DURABLE = "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nshared_buffers = 128MB\n"
SCHEMA = """
CREATE TABLE heads (room integer PRIMARY KEY, head integer NOT NULL);
CREATE TABLE messages (id uuid PRIMARY KEY, room integer NOT NULL, seq integer NOT NULL, text text NOT NULL);
CREATE UNIQUE INDEX place ON messages (room, seq);
INSERT INTO heads VALUES (1, 0);
"""


@contextmanager
def postgresql() -> Iterator[Postgres | None]:
    """The server on the core of Talkoot; None where there is none to be had."""
    with suppress(ServerUnavailableError), on_core(SERVER_CORE):
        server = Postgres()
        with (server.data / "postgresql.auto.conf").open("a") as conf:
            conf.write(DURABLE)
        server.start()
        try:
            yield server
        finally:
            server.stop()
        return
    print("No PostgreSQL here: what needs one is not measured.")
    yield None


async def commits(server: Postgres, seconds: float) -> dict[str, Any]:
    """Commit one message after the other for so long."""
    connection = await asyncpg.connect(server.url(server.create_database()))
    try:
        await connection.execute(SCHEMA)
        with on_core(SERVER_CORE):
            times = await _run(connection, seconds)
    finally:
        await connection.close()
    return {"per_second": round(len(times) / seconds, 1), **summary(times)}


async def _run(connection: "asyncpg.Connection[asyncpg.Record]", seconds: float) -> list[float]:
    times = []
    end = time.monotonic() + seconds
    text = "x" * TEXT
    while (begin := time.monotonic()) < end:
        async with connection.transaction():
            head = await connection.fetchval("UPDATE heads SET head = head + 1 WHERE room = 1 RETURNING head")
            row = (os.urandom(16).hex(), head, text)
            await connection.execute("INSERT INTO messages VALUES ($1, 1, $2, $3)", *row)
        times.append(time.monotonic() - begin)
    return times
