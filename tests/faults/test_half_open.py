"""A database that is there and says nothing: whoever waits is told to try again, and soon."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from sqlalchemy import text

from talkoot.settings import Settings
from tests.clients import Api, Socket, set_up
from tests.kernel.ground import Ground
from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

IMPATIENT = {"database_connect_seconds": "0.5", "database_statement_seconds": "0.5"}
READERS = 4


@pytest_asyncio.fixture
async def impatient(own_postgres: Postgres, tmp_path: Path) -> AsyncIterator[Talkoot]:
    url = own_postgres.url(own_postgres.create_database(MIGRATED))
    talkoot = Talkoot(tmp_path / "data", database_url=url, **IMPATIENT)
    yield await asyncio.to_thread(talkoot.start)
    await asyncio.to_thread(talkoot.stop)


async def test_who_waits_for_a_silent_database_may_try_again(
    impatient: Talkoot, own_postgres: Postgres
) -> None:
    owner, workspace = await set_up(impatient.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "room"}))["id"]
    async with await Socket.of(owner) as socket:
        await socket.subscribe(room)
        own_postgres.pause()
        sent = asyncio.gather(*[socket.send(room, f"{n}", cid) for n, cid in enumerate(CIDS)])
        read = asyncio.gather(*[looked(owner, workspace["id"]) for _ in range(2 * READERS)])
        async with asyncio.timeout(50):
            answers, looks = await asyncio.gather(sent, read)
        for answer in answers:
            assert (answer["op"], answer["code"], answer["retryable"]) == ("nack", "unavailable", True)
        assert {*looks} == {(503, "unavailable")}
        own_postgres.resume()
        seqs = []
        for n, cid in enumerate(CIDS):
            while (answer := await socket.send(room, f"{n}", cid))["op"] != "ack":
                """Not back yet."""
            seqs.append(answer["seq"])
        assert len({*seqs}) == len(CIDS)
        while (await owner.ask("GET", f"/workspaces/{workspace['id']}/members")).status_code != 200:
            """Not back yet."""
    await owner.close()


async def looked(person: Api, workspace: str) -> tuple[int, str]:
    """How a look at the database is refused."""
    return await person.refusal("GET", f"/workspaces/{workspace}/members")


CIDS = [f"00000000-0000-4000-8000-{n:012}" for n in range(4)]


async def test_the_server_lets_go_of_what_a_vanished_machine_held(postgres: Postgres) -> None:
    url = postgres.url(postgres.create_database())
    async with Ground.on(Settings(database_url=url)) as ground, ground.uow.read() as read:
        shown = {name: await read.connection.scalar(text(f"SHOW {name}")) for name in NOTICED}
    assert shown == NOTICED


NOTICED = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "idle_in_transaction_session_timeout": "30s",
}
