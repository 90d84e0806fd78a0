"""A real streaming standby: it proposes what a search may find, and decides nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest_asyncio

from tests.clients import Api, join, set_up
from tests.servers.molds import MIGRATED
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot


@dataclass
class Place:
    """A server with a primary and a standby, and two people in a room."""

    talkoot: Talkoot
    standby: Postgres
    owner: Api
    member: Api
    workspace: str
    room: str

    async def found(self, person: Api, words: str) -> list[str]:
        page = await person.get("/search", q=words, workspace=self.workspace)
        return [item["text"] for item in page["items"]]

    async def until_found(self, *texts: str) -> None:
        """Wait for the index, and for the standby."""
        async with asyncio.timeout(30):
            while await self.found(self.owner, "quartz") != [*texts]:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.05)

    async def counted(self) -> tuple[int, int]:
        """How often the standby was asked, and how often it did not answer."""
        async with httpx2.AsyncClient() as http:
            shown = (await http.get(f"{self.talkoot.url}/metrics")).text
        asked, failed = (
            re.search(rf"^talkoot_replica_{name}_total (\S+)$", shown, re.MULTILINE)
            for name in ("asked", "failures")
        )
        assert asked
        assert failed
        return int(float(asked[1])), int(float(failed[1]))


@pytest_asyncio.fixture
async def place(own_postgres: Postgres, tmp_path: Path) -> AsyncIterator[Place]:
    database = own_postgres.create_database(MIGRATED)
    standby = await asyncio.to_thread(lambda: Postgres(primary=own_postgres).start())
    talkoot = Talkoot(
        tmp_path / "data",
        database_url=own_postgres.url(database),
        database_replica_url=standby.url(database),
        database_connect_seconds="1",
        database_statement_seconds="1",
    )
    await asyncio.to_thread(talkoot.start)
    owner, workspace = await set_up(talkoot.url)
    member = await join(owner, workspace["id"], "member")
    room = await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "room"})
    yield Place(talkoot, standby, owner, member, workspace["id"], room["id"])
    for person in (owner, member):
        await person.close()
    await asyncio.to_thread(talkoot.stop)
    await asyncio.to_thread(standby.stop)


async def test_a_standby_proposes_and_the_primary_decides(place: Place) -> None:
    messages = f"/rooms/{place.room}/messages"
    said = [await place.owner.post(messages, {"text": f"quartz {n}"}) for n in range(2)]
    await place.until_found("quartz 1", "quartz 0")
    assert (await place.counted())[1] == 0
    before = await place.counted()
    assert await place.found(place.member, "quartz") == ["quartz 1", "quartz 0"]
    assert await place.counted() == (before[0] + 1, 0)

    # The standby stands still: what it does not know yet decides nothing.
    await halt(place.standby)
    await place.owner.delete(f"/messages/{said[1]['id']}")
    assert await place.found(place.member, "quartz") == ["quartz 0"]
    deny = {"allow": False, "principal": "user", "principal_id": place.member.user["id"]}
    await place.owner.put(f"/rooms/{place.room}/acl", {"items": [{**deny, "permissions": ["room.read"]}]})
    assert await place.found(place.member, "quartz") == []

    # It is away: the primary is asked instead, and for a while it is not asked again.
    place.standby.kill()
    assert await place.found(place.owner, "quartz") == ["quartz 0"]
    away = await place.counted()
    assert away[1] == 1
    assert await place.found(place.owner, "quartz") == ["quartz 0"]
    assert await place.counted() == away


async def halt(standby: Postgres) -> None:
    """Let it answer, and stop taking over what the primary does."""
    await asyncio.to_thread(standby.query, "SELECT pg_wal_replay_pause()")
