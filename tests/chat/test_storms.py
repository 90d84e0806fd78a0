"""Many come at the same moment: nobody is let in too far, nobody misses anything, nobody inside waits."""

import asyncio
import random
import uuid

from tests.clients import PASSWORD, Api, Socket, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace

PEOPLE = 5
ROUNDS = 4


async def resume(person: Api, room: str) -> Socket:
    """A new connection that wants the whole room; it may be refused."""
    socket = await Socket.of(person)
    await socket.ask(op="sub", rooms=[{"room": room, "since": 0}])
    return socket


async def test_who_is_shut_out_while_all_resume_hears_nothing_of_what_follows(workspace: Workspace) -> None:
    room = await workspace.room(kind="private")
    people = [await workspace.member() for _ in range(PEOPLE)]
    seats = [f"/rooms/{room}/members/{person.user['id']}" for person in people]
    for round_ in range(ROUNDS):
        for seat in seats:
            await workspace.owner.put(seat, expect=204)
        coming = [asyncio.create_task(resume(person, room)) for person in people for _ in range(3)]
        await asyncio.sleep(random.uniform(0.0, 0.02))
        out = seats[: round_ % PEOPLE + 1]
        await asyncio.gather(*[workspace.owner.delete(seat) for seat in out])
        secret = await workspace.owner.post(f"/rooms/{room}/messages", {"text": f"secret {round_}"})
        for number, socket in enumerate(await asyncio.gather(*coming)):
            if number // 3 >= len(out):
                await socket.until(op="ev", seq=secret["seq"])
            heard = [frame["seq"] for frame in await socket.settled() if frame["op"] == "ev"]
            if number // 3 < len(out):
                assert secret["seq"] not in heard
            assert heard == [*range(1, len(heard) + 1)]
            await socket.close()


async def test_who_joins_or_leaves_while_connecting_is_told_of_the_right_rooms(workspace: Workspace) -> None:
    stays, goes = await workspace.room(), await workspace.room(kind="private")
    people = [await workspace.member() for _ in range(PEOPLE)]
    for person in people:
        await workspace.owner.put(f"/rooms/{goes}/members/{person.user['id']}", expect=204)

    async def move(person: Api) -> None:
        await person.post(f"/rooms/{stays}/join", expect=204)
        await person.post(f"/rooms/{goes}/leave", expect=204)

    moving = asyncio.gather(*[move(person) for person in people])
    sockets = await asyncio.gather(*[workspace.socket(person) for person in people for _ in range(3)])
    await moving
    left = (await workspace.owner.post(f"/rooms/{goes}/messages", {"text": "without you"}))["seq"]
    joined = (await workspace.owner.post(f"/rooms/{stays}/messages", {"text": "with you"}))["seq"]
    for socket in sockets:
        while (await socket.until(op="heads"))["heads"].get(stays, {}).get("head") != joined:
            """The head of an earlier join may come first."""
        told = [frame["heads"] for frame in await socket.settled() if frame["op"] == "heads"]
        assert all(heads[goes]["head"] < left for heads in told if goes in heads)


async def test_who_is_inside_is_answered_while_many_come(serve: Serve) -> None:
    server = serve("sqlite")
    owner, workspace = await set_up(server.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "a"}))["id"]
    form = {"grant_type": "password", "username": "owner", "password": PASSWORD}
    signed = [await owner.http.post("/auth/token", data=form) for _ in range(60)]
    inside = await Socket.of(owner)
    waiting = [await Socket.open(server.url) for _ in signed]
    for socket, answer in zip(waiting, signed, strict=True):
        await socket.push(op="hello", token=answer.json()["access_token"])
        await socket.push(op="sub", ref=1, rooms=[{"room": room, "since": 0}])
    acks = [await inside.send(room, str(number)) for number in range(5)]
    assert [ack["op"] for ack in acks] == ["ack"] * 5
    for socket in waiting:
        await socket.until(op="ev", seq=acks[-1]["seq"])
        assert [f["seq"] for f in socket.frames if f["op"] == "ev"] == [*range(1, acks[-1]["seq"] + 1)]
    await asyncio.gather(owner.close(), *[socket.close() for socket in (inside, *waiting)])


async def test_a_big_direct_room_and_leaving_many_rooms_are_each_one_change(workspace: Workspace) -> None:
    people = [await workspace.member() for _ in range(PEOPLE)]
    ids = [person.user["id"] for person in people]
    direct = await workspace.owner.post(f"/workspaces/{workspace.id}/direct", {"users": ids})
    log = (await workspace.owner.get(f"/rooms/{direct['id']}/events"))["events"]
    assert {event["body"]["user"] for event in log} == {*ids, workspace.owner.user["id"]}
    assert [event["seq"] for event in log] == [*range(1, PEOPLE + 2)]
    for person in people:
        unread = {item["room"]: item["unread"] for item in (await person.get("/unreads"))["items"]}
        assert unread[direct["id"]] == 0
    leaving = people[0]
    rooms = [await workspace.room(str(uuid.uuid4())) for _ in range(3)]
    for room in rooms:
        await leaving.post(f"/rooms/{room}/join", expect=204)
    watcher = await workspace.socket(workspace.owner, *rooms)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{leaving.user['id']}")
    gone = [await watcher.event("member.left") for _ in rooms]
    assert {event["room"] for event in gone} == {*rooms}
    assert {event["body"]["user"] for event in gone} == {leaving.user["id"]}
