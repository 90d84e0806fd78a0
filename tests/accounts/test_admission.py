"""Who waits too long for a turn to sign in again is told when to come back."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from tests.clients import Socket, set_up
from tests.conftest import Serve
from tests.faults.proxy import Proxy
from tests.job_rows import rows
from tests.realtime.toy import until
from tests.servers.talkoot import Talkoot

SECONDS = 0.5
_READING = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE 'SELECT sessions.id, sessions.user_id%'"
)


async def test_a_full_admission_tells_when_to_come_back(serve: Serve) -> None:
    server = serve("postgresql", admission_seconds=str(SECONDS))
    url = server.environment["TALKOOT_DATABASE_URL"]
    direct = Talkoot(server.data, database_url=url)
    port = urlsplit(url).port
    assert port
    owner, _ = await set_up(server.url)
    others = [await owner.sign_in("owner") for _ in range(2)]
    async with Proxy.opened(port) as proxy:
        server.kill()
        server.environment["TALKOOT_DATABASE_URL"] = url.replace(f":{port}", f":{proxy.port}")
        server.launch()  # it knows no session
        await asyncio.to_thread(server.wait)
        proxy.down.delay = 2 * SECONDS
        first = asyncio.create_task(owner.get("/users/me"))  # the reading that the others wait for

        async def reading() -> bool:
            return bool(await rows(direct, _READING))

        await until(reading)
        sockets = []
        for person in others:
            sockets.append(socket := await Socket.open(server.url))
            await socket.push(op="hello", token=person.token)
        refused = await others[0].ask("GET", "/users/me")
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.headers["retry-after"] == "5"
        for socket in sockets:
            assert (await socket.closed())[0] == 4429
        proxy.heal()
        await first
        async with await Socket.of(others[0]) as again:
            assert again.welcome["user"]["username"] == "owner"
        for socket in sockets:
            await socket.close()
    for person in (owner, *others):
        await person.close()
