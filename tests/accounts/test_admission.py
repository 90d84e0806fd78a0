"""Who waits too long for a turn to sign in again is told when to come back."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.clients import Socket, set_up
from tests.conftest import Serve
from tests.realtime.toy import until

SECONDS = 0.5
_READING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE 'SELECT sessions.id, sessions.user_id%' AND wait_event_type = 'Lock'"
)


async def test_a_full_admission_tells_when_to_come_back(serve: Serve) -> None:
    server = serve("postgresql", admission_seconds=str(SECONDS))
    url = server.environment["TALKOOT_DATABASE_URL"]
    owner, _ = await set_up(server.url)
    others = [await owner.sign_in("owner") for _ in range(2)]
    server.kill()
    server.start()  # it knows no session
    database, looker = await asyncpg.connect(url), await asyncpg.connect(url)
    held = database.transaction()
    await held.start()
    await database.execute("LOCK TABLE sessions")
    first = asyncio.create_task(owner.ask("GET", "/users/me"))  # the reading that the others wait for

    async def reading() -> bool:
        return bool(await looker.fetchval(_READING))

    await until(reading)
    sockets = []
    for person in others:
        sockets.append(socket := await Socket.open(server.url))
        await socket.push(op="hello", token=person.token)
    late = asyncio.create_task(others[0].ask("GET", "/users/me"))
    await asyncio.sleep(4 * SECONDS)  # they all come, and wait for longer than they may
    await held.rollback()
    refused = await late
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "5"
    for socket in sockets:
        assert (await socket.closed())[0] == 4429
    await first
    async with await Socket.of(others[0]) as again:
        assert again.welcome["user"]["username"] == "owner"
    for socket in sockets:
        await socket.close()
    for person in (owner, *others):
        await person.close()
    for connection in (database, looker):
        await connection.close()
