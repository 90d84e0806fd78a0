"""Behind a real pgbouncer in transaction mode, which gives every transaction another connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.ids import new_id
from talkoot.kernel.log import Entry, append, create_log, events_after
from talkoot.kernel.transactions import Tx
from talkoot.settings import Settings
from tests.kernel.ground import Ground
from tests.servers.pgbouncer import Pgbouncer
from tests.servers.postgres import Postgres

WHERE = text("SELECT pg_backend_pid()")
ROUNDS = 40
impatient = pytest.mark.parametrize("pooled", [{"database_lock_seconds": 0.2}], indirect=True, ids=["0.2 s"])


@pytest_asyncio.fixture
async def pooled(request: pytest.FixtureRequest, postgres: Postgres, migrated: str) -> AsyncIterator[Ground]:
    """Locks are waited for as long as by default; `impatient` tests give up soon."""
    name = postgres.create_database(migrated)
    pgbouncer = await asyncio.to_thread(Pgbouncer, postgres, size=4)
    patience = getattr(request, "param", {})
    settings = Settings(database_url=pgbouncer.url(name), database_pooler="on", **patience)
    async with Ground.on(settings) as ground:
        yield ground
    await asyncio.to_thread(pgbouncer.stop)


async def test_every_transaction_may_meet_another_connection(pooled: Ground) -> None:
    log = new_id()
    await pooled.uow.run(lambda tx: create_log(tx, log))

    async def write(tx: Tx) -> int:
        await append(tx, [Entry(log, "said", {"n": 1})])
        return int(await tx.connection.scalar(WHERE) or 0)

    async def look() -> int:
        async with pooled.uow.read() as read:
            await events_after(read, log, 0, 5)
            return int(await read.connection.scalar(WHERE) or 0)

    met = set()
    for _ in range(ROUNDS):
        met |= {*await asyncio.gather(look(), pooled.uow.run(write), look(), pooled.uow.run(write, key=log))}
    assert len(met) > 1
    async with pooled.uow.read() as read:
        events = await events_after(read, log, 0, 1000)
    assert [event.seq for event in events] == [*range(1, 2 * ROUNDS + 1)]


@impatient
async def test_the_limits_come_along_with_every_transaction(pooled: Ground) -> None:
    async def limits(tx: Tx) -> tuple[str | None, ...]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        return tuple([await tx.connection.scalar(text(f"SHOW {name}")) for name in names])

    for _ in range(5):
        assert await pooled.uow.run(limits) == ("15s", "200ms", "30s")
    async with pooled.uow.read() as read:
        with pytest.raises(Exception, match="read-only"):
            await read.connection.execute(text("DELETE FROM logs"))


@impatient
async def test_a_lane_waits_for_what_it_began_before(pooled: Ground) -> None:
    """As after a COMMIT without an answer: the old transaction still holds the lock of the lane."""
    lane = pooled.uow._lanes[0].writer._lane
    async with pooled.database.reader.connect() as before:
        await before.execute(text(f"SELECT pg_advisory_xact_lock({lane})"))
        with pytest.raises(Unavailable):
            await pooled.uow.run(lambda tx: create_log(tx, new_id()))
    await pooled.uow.run(lambda tx: create_log(tx, new_id()))
