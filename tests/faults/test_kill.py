"""kill -9 in the middle of a stream of sends: of the server, and of its PostgreSQL."""

import asyncio

from tests.clients import Api, Json, Socket, join, set_up
from tests.faults.writers import SECONDS, Writer, check, seeded, whole_log
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

ROUNDS = 3


async def stage(talkoot: Talkoot) -> tuple[list[Api], list[Writer]]:
    """Two people who write from two connections each, into two rooms."""
    owner, workspace = await set_up(talkoot.url)
    second = await join(owner, workspace["id"], "second")
    rooms = [
        (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": f"Storm {n}"}))["id"]
        for n in range(2)
    ]
    writers = [
        Writer(person, room, f"{person.user['username']}-{n}")
        for n, room in enumerate(rooms)
        for person in (owner, second)
    ]
    return [owner, second], writers


async def until(writers: list[Writer], acknowledged: int) -> None:
    """Wait until so many more sends were acknowledged."""
    before = sum(len(writer.acks) for writer in writers)
    async with asyncio.timeout(SECONDS):
        while sum(len(writer.acks) for writer in writers) < before + acknowledged:  # noqa: ASYNC110 - of many
            await asyncio.sleep(0.001)


async def test_a_killed_server_loses_doubles_and_reorders_nothing(talkoot_postgresql: Talkoot) -> None:
    talkoot = talkoot_postgresql  # on SQLite it is a part of the proof
    chance = seeded()
    people, writers = await stage(talkoot)
    for _ in range(ROUNDS):
        watcher = await Socket.of(people[1])
        await watcher.subscribe(*{writer.room for writer in writers})
        writing = [asyncio.create_task(writer.write()) for writer in writers]
        await until(writers, chance.randrange(20, 150))
        await asyncio.sleep(chance.random() * 0.01)
        talkoot.kill()
        await asyncio.gather(*writing)
        await watcher.closed()
        talkoot.start()
        logs = {writer.room: await whole_log(people[0], writer.room) for writer in writers}
        seen = [frame for frame in watcher.frames if frame["op"] == "ev"]
        for room, log in logs.items():
            mine = [writer for writer in writers if writer.room == room]
            check(log, mine, [event for event in seen if event["room"] == room])
        await asyncio.gather(*[writer.finish() for writer in writers])
    for room in {writer.room for writer in writers}:
        log = await whole_log(people[0], room)
        mine = [writer for writer in writers if writer.room == room]
        check(log, mine)
        assert sum(event["type"] == "message.created" for event in log) == sum(w.count for w in mine)
    for client in people:
        await client.close()


async def status(person: Api, path: str) -> int:
    return (await person.http.get(f"{person.url}{path}")).status_code


async def test_a_killed_postgresql_is_a_retryable_refusal_until_it_is_back(
    on_own_postgres: Talkoot, own_postgres: Postgres
) -> None:
    chance = seeded()
    people, writers = await stage(on_own_postgres)
    watcher = await Socket.of(people[1])
    await watcher.subscribe(*{writer.room for writer in writers})
    for _ in range(ROUNDS - 1):
        writing = [asyncio.create_task(writer.write()) for writer in writers]
        await until(writers, chance.randrange(20, 150))
        own_postgres.kill()
        await asyncio.gather(*writing)
        nacks = [nack for writer in writers for nack in writer.nacks]
        assert {(nack["code"], nack["retryable"]) for nack in nacks} <= {("unavailable", True)}
        posted = await people[0].refusal("POST", f"/rooms/{writers[0].room}/messages", {"text": "now?"})
        assert posted == (503, "unavailable")
        assert (await status(people[0], "/healthz"), await status(people[0], "/readyz")) == (200, 503)
        own_postgres.start()
        await asyncio.gather(*[writer.finish() for writer in writers])
        assert await status(people[0], "/readyz") == 200
    for room in {writer.room for writer in writers}:
        log = await whole_log(people[0], room)
        mine = [writer for writer in writers if writer.room == room]
        seen: list[Json] = [f for f in watcher.frames if f["op"] == "ev" and f["room"] == room]
        check(log, mine, seen)
        last = await mine[0].person.post(f"/rooms/{room}/messages", {"text": "the end"})
        await watcher.event("message.created", id=last["id"])
        heard = [f["seq"] for f in watcher.frames if f["op"] == "ev" and f["room"] == room]
        assert heard == [*range(2, last["seq"] + 1)]
    await watcher.close()
    for person in people:
        await person.close()
