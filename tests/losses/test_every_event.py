"""Every subscriber at every server gets the whole log, once and in order, whatever the bus does."""

from __future__ import annotations

import asyncio
import os

from tests.clients import Api, Socket
from tests.losses.conftest import Installation
from tests.realtime.toy import until
from tests.servers.postgres import Postgres

MESSAGES = 40
COMING_BACK = 300


def positions(socket: Socket, room: str) -> list[int]:
    return [frame["seq"] for frame in socket.frames if frame["op"] == "ev" and frame["room"] == room]


async def test_all_of_it_once_and_in_order(lossy: Installation) -> None:
    room, member = await lossy.room(), await lossy.member()
    begun = int((await lossy.owner.get(f"/rooms/{room}"))["head"])
    sockets = [await lossy.socket_at(node, member, room) for node in (0, 1, 2, 0, 1, 2)]

    async def talk(node: int) -> int:
        sent = [
            await lossy.owners[node].post(f"/rooms/{room}/messages", {"text": f"{node} {number}"})
            for number in range(MESSAGES)
        ]
        return max(int(message["seq"]) for message in sent)

    head = max(await asyncio.gather(talk(0), talk(1), talk(2)))
    assert head == begun + 3 * MESSAGES
    for socket in sockets:
        await socket.until(op="ev", seq=head)
        assert positions(socket, room) == list(range(begun + 1, head + 1))


async def test_who_comes_while_much_is_said_misses_nothing(lossy: Installation) -> None:
    room, member = await lossy.room(), await lossy.member()
    begun = int((await lossy.owner.get(f"/rooms/{room}"))["head"])
    first = await lossy.owner.post(f"/rooms/{room}/messages", {"text": "first"})

    async def talk(node: int) -> None:
        for number in range(20):
            await lossy.owners[node].post(f"/rooms/{room}/messages", {"text": f"{node} {number}"})

    async def come(node: int) -> Socket:
        socket = await lossy.socket_at(node, member)
        await socket.subscribe(room, since=first["seq"])
        return socket

    _, _, *sockets = await asyncio.gather(talk(0), talk(1), come(1), come(2), come(2))
    head = begun + 1 + 40
    for socket in sockets:
        assert isinstance(socket, Socket)
        await socket.until(op="ev", seq=head)
        assert positions(socket, room) == list(range(first["seq"] + 1, head + 1))


async def test_what_was_acknowledged_is_read_at_every_server(lossy: Installation) -> None:
    """I8, on pages that were remembered before."""
    room = await lossy.room()
    for number in range(20):
        sent = await lossy.owners[number % 3].post(f"/rooms/{room}/messages", {"text": f"number {number}"})
        if number % 5 == 4:
            await lossy.owners[number % 2].patch(f"/messages/{sent['id']}", {"text": "edited"})
        for owner in lossy.owners:
            newest = (await owner.get(f"/rooms/{room}/messages"))["items"][-1]
            assert newest["seq"] == sent["seq"]
            assert newest["text"] == ("edited" if number % 5 == 4 else f"number {number}")
            unread = next(i for i in (await owner.get("/unreads"))["items"] if i["room"] == room)
            assert unread["head"] >= sent["seq"]


async def test_what_was_deleted_is_in_no_servers_memory(lossy: Installation) -> None:
    room = await lossy.room()
    for number in range(6):
        sent = await lossy.owners[number % 3].post(f"/rooms/{room}/messages", {"text": "regretted"})
        for owner in lossy.owners:
            await owner.get(f"/rooms/{room}/events", after=sent["seq"] - 1)
        await lossy.owners[(number + 1) % 3].delete(f"/messages/{sent['id']}")
        for owner in lossy.owners:
            for path in ("messages", "events"):
                assert "regretted" not in (await owner.ask("GET", f"/rooms/{room}/{path}")).text


async def test_many_who_come_back_to_a_room_share_one_reading(deaf: Installation, postgres: Postgres) -> None:
    room, member = await deaf.room(), await deaf.member()
    texts = ["too long to be in Redis" * 400, *["unheard"] * 19]
    sent = [await deaf.owner.post(f"/rooms/{room}/messages", {"text": text}) for text in texts]
    sockets: list[Socket] = []
    while len(sockets) < COMING_BACK:  # they are only to come back together
        sockets += await asyncio.gather(*[deaf.socket_at(1, member) for _ in range(20)])
    since = sent[0]["seq"] - 1
    with postgres.process.log.open("rb") as log:
        log.seek(0, os.SEEK_END)
        await asyncio.gather(*(socket.subscribe(room, since=since) for socket in sockets))
        said = log.read().decode()
    readings = [line for line in said.splitlines() if "SELECT events.log" in line]
    assert len(readings) == 1  # though they are many portions
    for socket in sockets:
        await socket.until(op="ev", seq=sent[-1]["seq"])
        assert positions(socket, room) == [each["seq"] for each in sent]


async def test_with_everything_lost_a_look_finds_it(deaf: Installation) -> None:
    room, member = await deaf.room(), await deaf.member()
    await deaf.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    live, watching = await deaf.socket_at(1, member, room), await deaf.socket_at(1, member)
    await watching.settled()
    for number in range(3):
        sent = await deaf.owner.post(f"/rooms/{room}/messages", {"text": f"number {number}"})
        await live.event("message.created", seq=sent["seq"])
        told = await watching.until(op="heads")
        while told["heads"].get(room, {}).get("head", 0) < sent["seq"]:
            told = await watching.until(op="heads")
    heard = positions(live, room)
    assert heard == list(range(heard[0], heard[0] + len(heard)))


async def test_a_new_name_is_shown_at_every_server(lossy: Installation) -> None:
    member, room = await lossy.member(), await lossy.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    await member.post(f"/rooms/{room}/messages", {"text": "who am I"})
    for owner in lossy.owners:
        await owner.get(f"/rooms/{room}/messages")
    await member.patch("/users/me", {"display_name": "Renamed"})
    for owner in lossy.owners:

        async def renamed(owner: Api = owner) -> bool:
            return "Renamed" in (await owner.ask("GET", f"/rooms/{room}/messages")).text

        await until(renamed)
