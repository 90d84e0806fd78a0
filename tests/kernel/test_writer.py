"""Plain statements and SQLAlchemy's in one transaction, on a connection that a lane keeps."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import Column, MetaData, String, Table, insert, select
from sqlalchemy.exc import DBAPIError

from talkoot.kernel.errors import Conflict, Forbidden, StorageFull, TalkootError, Unavailable
from talkoot.kernel.plain_sql import Statement, inserting
from talkoot.kernel.postgresql_plain import PostgresqlPlain
from talkoot.kernel.sqlite_plain import PATIENCE
from talkoot.kernel.transactions import Tx
from talkoot.kernel.unit_of_work import Batch
from talkoot.settings import Settings
from tests.kernel.ground import Ground
from tests.servers.postgres import Postgres

notes = Table("notes", MetaData(), Column("name", String, primary_key=True))
INSERT = inserting("notes", name="text")
FIND = Statement(
    "SELECT name FROM notes WHERE name = ?", "SELECT name FROM notes WHERE name = ANY($1::text[])"
)
WRONG = Statement("SELECT nonsense", "SELECT nonsense FROM unnest($1::text[])")


@pytest_asyncio.fixture
async def ground(ground: Ground) -> Ground:
    async with ground.database.writer.begin() as connection:
        await connection.run_sync(notes.create)
    return ground


async def stored(ground: Ground) -> set[str]:
    async with ground.uow.read() as read:
        return {row.name for row in await read.connection.execute(select(notes))}


async def write(tx: Tx, *names: str) -> None:
    await tx.sql.run(INSERT, [(name,) for name in names])


async def test_both_ways_see_each_other_and_are_undone_together(ground: Ground) -> None:
    async def action(tx: Tx) -> set[str]:
        await write(tx, "plain")
        await tx.connection.execute(insert(notes).values(name="alchemy"))
        found = await tx.sql.run(FIND, [("plain",), ("alchemy",), ("neither",)])
        assert await tx.connection.scalar(select(notes.c.name).where(notes.c.name == "plain"))
        return {row[0] for row in found}

    async def refused(tx: Tx) -> None:
        await write(tx, "refused")
        await tx.connection.execute(insert(notes).values(name="refused too"))
        raise Forbidden

    kept, lost = await asyncio.gather(
        ground.uow.submit(action), ground.uow.submit(refused), return_exceptions=True
    )
    assert kept == {"plain", "alchemy"}
    assert isinstance(lost, Forbidden)
    assert await stored(ground) == {"plain", "alchemy"}


async def test_a_plain_statement_is_refused_like_any_other(ground: Ground) -> None:
    await ground.uow.run(lambda tx: write(tx, "taken"))
    with pytest.raises(Conflict):
        await ground.uow.run(lambda tx: write(tx, "new", "taken"))
    assert await stored(ground) == {"taken"}


async def test_batches_between_actions_are_undone_alone(ground: Ground) -> None:
    async def batch(tx: Tx, names: Sequence[str]) -> list[str | TalkootError]:
        await write(tx, *names)
        return list(names)

    writing = Batch(batch)
    futures: list[asyncio.Future[Any]] = [
        ground.uow.submit(lambda tx: write(tx, "first")),
        ground.uow.submit_to(writing, "second"),
        ground.uow.submit_to(writing, "first"),
        ground.uow.submit(lambda tx: write(tx, "third")),
        ground.uow.submit_to(writing, "fourth"),
    ]
    _, second, again, _, fourth = await asyncio.gather(*futures, return_exceptions=True)
    assert (second, fourth) == ("second", "fourth")
    assert isinstance(again, Conflict)
    assert await stored(ground) == {"first", "second", "third", "fourth"}
    assert ground.uow.commits == 1


async def test_what_the_database_undid_is_not_told_as_done(ground: Ground) -> None:
    async def careless(tx: Tx, names: Sequence[str]) -> list[str | TalkootError]:
        await write(tx, *names)
        with suppress(DBAPIError):
            await tx.sql.run(WRONG, [("x",)])
        return list(names)

    result = (await asyncio.gather(ground.uow.submit_to(Batch(careless), "a"), return_exceptions=True))[0]
    if result == "a":  # SQLite goes on after a statement that failed
        assert await stored(ground) == {"a"}
    else:
        assert isinstance(result, Unavailable)
        assert await stored(ground) == set()
    await ground.uow.run(lambda tx: write(tx, "next"))
    assert "next" in await stored(ground)


async def test_a_connection_that_ended_while_nothing_was_to_do_is_not_noticed(ground: Ground) -> None:
    await ground.uow.run(lambda tx: write(tx, "before"))
    if not ground.is_sqlite:  # where a connection is a file that stays open
        url = ground.settings.database_url.replace("+asyncpg", "")
        other = await asyncpg.connect(url)
        ended = await other.fetch(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()
        assert ended
    await ground.uow.run(lambda tx: write(tx, "after"))
    assert await stored(ground) == {"before", "after"}


@pytest.fixture
def embedded(migrated_file: Path, tmp_path: Path) -> Settings:
    folder = tmp_path / "embedded"
    folder.mkdir()
    (folder / "talkoot.db").write_bytes(migrated_file.read_bytes())
    return Settings(data=folder)


async def test_the_loop_goes_on_while_another_process_writes(embedded: Settings) -> None:
    async with Ground.on(embedded) as ground:
        other = sqlite3.connect(embedded.data / "talkoot.db", isolation_level=None)
        other.execute("CREATE TABLE notes (name TEXT PRIMARY KEY)")
        other.execute("BEGIN IMMEDIATE")
        waiting = ground.uow.submit(lambda tx: write(tx, "patient"))
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not waiting.done()
        other.execute("COMMIT")
        await asyncio.wait_for(waiting, 5)
        assert other.execute("SELECT name FROM notes").fetchall() == [("patient",)]

        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await asyncio.wait_for(ground.uow.run(lambda tx: write(tx, "too patient")), PATIENCE + 5)
        other.execute("COMMIT")
        await ground.uow.run(lambda tx: write(tx, "again"))
        other.close()


async def test_only_the_process_that_was_lost_is_ended(postgres: Postgres) -> None:
    """Its number may be that of somebody else's process by now."""
    connections = [await asyncpg.connect(postgres.url()) for _ in range(3)]
    lost, other, heir = (PostgresqlPlain(each, begins="BEGIN", pooler=False) for each in connections)
    for plain in (lost, other, heir):
        await plain.begin()
        await plain.rollback()
    assert lost.process
    assert other.process
    number, since = lost.process
    lost.process = (other.process[0], since)
    await heir.succeed(lost)
    assert await connections[1].fetchval("SELECT 1") == 1
    lost.process = (number, since)
    await heir.succeed(lost)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connections[0].fetchval("SELECT 1")
    for connection in connections:
        await connection.close()


async def test_a_full_disk_is_told_to_all_of_the_group(embedded: Settings) -> None:
    async with Ground.on(embedded) as ground:
        limiter: list[sqlite3.Connection] = []

        async def make(tx: Tx) -> None:
            await tx.connection.run_sync(notes.create)
            limiter.append((await tx.connection.get_raw_connection()).dbapi_connection._raw())  # type: ignore[union-attr]

        await ground.uow.run(make)
        (pages,) = limiter[0].execute("PRAGMA page_count").fetchone()
        limiter[0].execute(f"PRAGMA max_page_count = {pages + 5}")

        async def large(tx: Tx) -> None:
            for number in range(50):
                await tx.connection.execute(insert(notes).values(name=f"{number}{'x' * 4000}"))

        async def large_and_careless(tx: Tx) -> None:
            with suppress(DBAPIError):
                await large(tx)
            await write(tx, "after what was undone")

        for filling in (large, large_and_careless):
            outcomes = await asyncio.gather(
                ground.uow.submit(lambda tx: write(tx, "neighbour")),
                ground.uow.submit(filling),
                return_exceptions=True,
            )
            assert all(isinstance(outcome, StorageFull | Unavailable) for outcome in outcomes), outcomes
            assert await stored(ground) == set()
        limiter[0].execute("PRAGMA max_page_count = 1000000")
        await ground.uow.run(lambda tx: write(tx, "room again"))
        assert await stored(ground) == {"room again"}
