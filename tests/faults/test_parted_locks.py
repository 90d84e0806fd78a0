"""A server that is cut off from the database amid a transaction keeps nobody from writing for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from tests.clients import Socket
from tests.cluster.conftest import SECRET
from tests.cluster.test_two_nodes import Pair, pair_on
from tests.conftest import Serve
from tests.faults.proxy import Proxy
from tests.kernel.ground import until
from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

IDLE = "2"
PATIENT = {"database_lock_seconds": "60", "database_statement_seconds": "120", "search": "off"}
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
WAITS = f"SELECT count(*) {OTHERS} AND wait_event_type = 'Lock'"
HOLDS = f"SELECT count(*) {OTHERS} AND state = 'idle in transaction'"


@pytest_asyncio.fixture
async def database(own_postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(own_postgres.url(own_postgres.create_database(MIGRATED)))
    yield connection
    await connection.close()


@asynccontextmanager
async def parted(
    serve: Serve, valkey: Valkey, own_postgres: Postgres, name: str
) -> AsyncIterator[tuple[Pair, Proxy]]:
    """Two servers, the first of which reaches the database through what may hang."""
    common = {"redis_url": valkey.url, "secret_key": SECRET, **PATIENT}
    async with Proxy.opened(own_postgres.port) as proxy:
        through = own_postgres.url(name).replace(f":{own_postgres.port}/", f":{proxy.port}/")
        settings = {**common, "database_url": through, "database_idle_seconds": IDLE}
        first = await asyncio.to_thread(serve, "postgresql", **settings)
        second = await asyncio.to_thread(serve, "postgresql", **common, database_url=own_postgres.url(name))
        pair = await pair_on((first, second))
        async with pair.owner, pair.guest:
            yield pair, proxy
            proxy.heal()


async def test_what_a_parted_server_has_locked_is_free_again(
    serve: Serve, valkey: Valkey, own_postgres: Postgres, database: asyncpg.Connection
) -> None:
    name = await database.fetchval("SELECT current_database()")
    async with (
        parted(serve, valkey, own_postgres, name) as (pair, proxy),
        await Socket.of(pair.guest) as there,
    ):
        new, path = {"text": "from who was cut off", "cid": str(uuid4())}, f"/rooms/{pair.room}/messages"
        before = (await pair.owner.get(f"/rooms/{pair.room}"))["head"]
        async with locked(own_postgres.url(name), UUID(pair.room)):
            sending = asyncio.create_task(pair.owner.ask("POST", path, new))
            await until(lambda: counted(database, WAITS), patience=60)
            proxy.hang()
        await until(lambda: counted(database, HOLDS), patience=60)
        assert "idle-in-transaction timeout" not in own_postgres.log
        ack = await there.send(pair.room, "from the other one")
        assert (ack["op"], ack["seq"]) == ("ack", before + 1)
        assert "idle-in-transaction timeout" in own_postgres.log
        proxy.heal()
        assert (await sending).status_code in {201, 503}

        async def told() -> bool:
            return (await pair.owner.ask("POST", path, new)).status_code in {200, 201}

        await until(told, patience=60)
        page = await pair.guest.get(path, after=before)
        assert [item["text"] for item in page["items"]] == ["from the other one", new["text"]]


@asynccontextmanager
async def locked(url: str, log: UUID) -> AsyncIterator[None]:
    """Nobody appends to this log. Whoever asks who waits must not be in a transaction of their own: in there
    PostgreSQL shows the sessions that were open when it was asked first."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM logs WHERE id = $1 FOR UPDATE", log)
            yield
    finally:
        await connection.close()


async def counted(database: asyncpg.Connection, question: str) -> bool:
    """Whether there is somebody."""
    return bool(await database.fetchval(question))
