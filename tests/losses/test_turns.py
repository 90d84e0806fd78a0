"""Changes of access have their turn among those who send without a pause, and nobody's messages are lost."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg

from tests.clients import Api, Json, Socket
from tests.losses.conftest import Installation
from tests.realtime.toy import until
from tests.servers.talkoot import Talkoot

WRITERS = 16
IN_FLIGHT = 8
_WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def _asked(nodes: list[Talkoot], question: str) -> object:
    database = await asyncpg.connect(nodes[0].environment["TALKOOT_DATABASE_URL"])
    try:
        return await database.fetchval(question)
    finally:
        await database.close()


async def test_who_sends_waits_behind_a_change_that_waits(
    deaf: Installation, deaf_nodes: list[Talkoot]
) -> None:
    """Somebody relies on the rules; a change waits for that, and who sends later waits for the change."""
    guest, room = await deaf.member(), await deaf.room()
    await guest.post(f"/rooms/{room}/join", expect=204)
    database = await asyncpg.connect(deaf_nodes[0].environment["TALKOOT_DATABASE_URL"])

    async def waiting(count: int) -> None:
        async def seen() -> bool:
            return bool(await database.fetchval(_WAITS) >= count)

        await until(seen)

    there = await deaf.socket_at(1, guest)
    assert (await there.send(room, "before"))["op"] == "ack"
    relying = database.transaction()
    await relying.start()
    await database.execute("SELECT 1 FROM workspaces WHERE id = $1 FOR SHARE", uuid.UUID(deaf.id))
    removal = asyncio.create_task(deaf.owner.delete(f"/workspaces/{deaf.id}/members/{guest.user['id']}"))
    await waiting(1)
    late = asyncio.create_task(there.send(room, "behind it"))
    await waiting(2)
    await relying.rollback()
    await removal
    assert (await late)["code"] == "not_found"
    await database.close()


async def test_changes_come_through_a_flood_from_two_servers(
    deaf: Installation, deaf_nodes: list[Talkoot]
) -> None:
    """None takes longer than the database lets somebody wait for a lock: it would be refused.

    And no two wait for each other, which PostgreSQL finds out after a second, and ends one of them.
    """
    guests, apart = [await deaf.member(), await deaf.member()], await deaf.room(kind="private")
    rooms = [await deaf.room() for _ in range(WRITERS)]
    begun = [(await deaf.owner.get(f"/rooms/{room}"))["head"] for room in rooms]
    flooding, over = asyncio.Semaphore(0), asyncio.Event()

    async def flood(number: int, room: str) -> list[Json]:
        answers: list[Json] = []
        async with await Socket.of(deaf.owners[number % 2]) as socket:
            while not over.is_set():
                answers += await asyncio.gather(*[socket.send(room, "flood") for _ in range(IN_FLIGHT)])
                flooding.release()
        return answers

    async def change(who: Api, guest: str) -> None:
        member, inside = f"/workspaces/{deaf.id}/members/{guest}", f"/rooms/{apart}/members/{guest}"
        for role in ("moderator", "member", "admin"):
            await who.put(member, {"role": role}, expect=204)
            await who.put(inside, expect=204)
            await who.delete(inside)
        await who.delete(member)

    async def change_then_end() -> None:
        try:
            for _ in rooms:
                await flooding.acquire()
            pairs = zip(deaf.owners, guests, strict=False)
            await asyncio.gather(*[change(owner, guest.user["id"]) for owner, guest in pairs])
        finally:
            over.set()

    _, *answers = await asyncio.gather(
        change_then_end(), *[flood(number, room) for number, room in enumerate(rooms)]
    )
    for room, head, said in zip(rooms, begun, answers, strict=True):
        assert said
        assert {answer["op"] for answer in said} == {"ack"}
        assert (await deaf.owner.get(f"/rooms/{room}"))["head"] == head + len(said)
    assert await _asked(deaf_nodes, _DEADLOCKS) == 0
