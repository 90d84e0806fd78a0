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

SLOW = 0.3  # seconds for each answer of the database
_LOOKING = "query LIKE 'SELECT resources.archived_at%' AND state = 'idle in transaction'"


async def told_or_looking(socket: Socket, url: str) -> bool:
    """Whether a notice has come, or a server has seen that there is something to tell."""
    if any(frame["op"] == "notice" for frame in socket.frames):
        return True
    database = await asyncpg.connect(url)
    try:
        found = await database.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {_LOOKING}")  # noqa: S608
    finally:
        await database.close()
    return bool(found)


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
    seats = []
    for name in ("taken away", "kept"):
        made = await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": name, "kind": "private"})
        seats.append(f"/rooms/{made['id']}/members/{guest.user['id']}")
    async with Proxy.opened(port) as proxy, owner, guest, Api(slow.url, owner.token) as there:
        slow.kill()
        slow.environment["TALKOOT_DATABASE_URL"] = url.replace(f":{port}", f":{proxy.port}")
        slow.environment["TALKOOT_FAIL"] = "bus_drop_control:1.0"
        slow.launch()
        await asyncio.to_thread(slow.wait)
        async with await Socket.of(guest) as socket:
            proxy.down.delay = SLOW
            for seat in seats:
                await there.put(seat, expect=204)
                if seat == seats[0]:
                    await until(partial(told_or_looking, socket, url))
                    await owner.delete(seat)
            taken, kept = (seat.split("/")[2] for seat in seats)
            about: list[tuple[str, str]] = []
            while ("room.joined", kept) not in about:
                notice = await socket.until(op="notice")
                room = notice["room"]
                about.append((notice["kind"], room if notice["kind"] == "room.left" else room["id"]))
            assert [kind for kind, room in about if room == taken][-1] == "room.left"
        proxy.heal()
