"""What a person is told at one server of what was done to them at others: the last notice says how it is."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import urlsplit

import asyncpg

from tests.clients import Api, Socket, join, set_up
from tests.faults.proxy import Proxy
from tests.realtime.toy import until
from tests.servers.talkoot import Talkoot

SLOW = 0.1  # seconds for each answer of the database
_LOOKING = "query LIKE 'SELECT resources.archived_at%' AND state = 'idle in transaction'"


async def told_or_looking(socket: Socket, database: asyncpg.Connection) -> bool:
    """Whether a notice has come, or a server has seen that there is something to tell."""
    if any(frame["op"] == "notice" for frame in socket.frames):
        return True
    return bool(await database.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {_LOOKING}"))  # noqa: S608


async def start_behind(proxy: Proxy, server: Talkoot) -> None:
    """Start it again with the proxy before its database; it hears of no change of access."""
    url = server.environment["TALKOOT_DATABASE_URL"]
    server.kill()
    server.environment["TALKOOT_DATABASE_URL"] = url.replace(f":{urlsplit(url).port}", f":{proxy.port}")
    server.environment["TALKOOT_FAIL"] = "bus_drop_control:1.0"
    server.launch()
    await asyncio.to_thread(server.wait)


async def test_a_slow_server_does_not_tell_of_a_room_that_another_one_took_away(
    two: tuple[Talkoot, Talkoot],
) -> None:
    """It also hears of no change of access: it can not know that what it has read holds no longer."""
    here, slow = two
    url = slow.environment["TALKOOT_DATABASE_URL"]
    port = urlsplit(url).port
    assert port
    owner, workspace = await set_up(here.url)
    guest = await join(owner, workspace["id"], "guest")
    path = f"/workspaces/{workspace['id']}/rooms"
    rooms = [await owner.post(path, {"name": name, "kind": "private"}) for name in ("taken away", "kept")]
    seats = [f"/rooms/{room['id']}/members/{guest.user['id']}" for room in rooms]
    async with Proxy.opened(port) as proxy, owner, guest, Api(slow.url, owner.token) as there:
        await start_behind(proxy, slow)
        database = await asyncpg.connect(url)
        async with await Socket.of(guest) as socket:
            proxy.down.delay = SLOW
            for seat in seats:
                await there.put(seat, expect=204)
                if seat == seats[0]:
                    await until(partial(told_or_looking, socket, database))
                    proxy.down.blackhole = True  # it gets no more answers before that is done
                    await owner.delete(seat)
                    proxy.down.blackhole = False
            taken, kept = (seat.split("/")[2] for seat in seats)
            about: list[tuple[str, str]] = []
            while ("room.joined", kept) not in about:
                notice = await socket.until(op="notice")
                room = notice["room"]
                about.append((notice["kind"], room if notice["kind"] == "room.left" else room["id"]))
            assert [kind for kind, room in about if room == taken][-1] == "room.left"
        proxy.heal()
        await database.close()
