"""Who was shut out at one server hears nothing that comes later at any other, whatever is lost (I10, I11)."""

from __future__ import annotations

import asyncio

from tests.clients import Api, Json, Socket
from tests.losses.conftest import Installation
from tests.realtime.toy import until

ROUNDS = 12


def positions(socket: Socket, room: str) -> list[int]:
    return [frame["seq"] for frame in socket.frames if frame["op"] == "ev" and frame["room"] == room]


async def test_row_15_nothing_that_comes_later_reaches_who_was_shut_out(lossy: Installation) -> None:
    member, other = await lossy.member(), await lossy.member()
    room = await lossy.room(kind="private")
    live = await lossy.socket_at(1, member)
    watching = await lossy.socket_at(2, member)
    secrets: list[int] = []
    for number in range(ROUNDS):
        here, there = lossy.owners[number % 2 * 2], lossy.owners[number % 3]
        await here.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
        await live.subscribe(room)
        told = await there.post(f"/rooms/{room}/messages", {"text": "for all"})
        await live.event("message.created", seq=told["seq"])
        if number % 3 == 0:  # other changes, at other servers, in between
            await there.put(f"/rooms/{room}/members/{other.user['id']}", expect=204)
        await here.delete(f"/rooms/{room}/members/{member.user['id']}")
        if number % 3 == 0:
            await there.delete(f"/rooms/{room}/members/{other.user['id']}")
        secret = await there.post(f"/rooms/{room}/messages", {"text": "secret"})
        secrets.append(secret["seq"])
        await refused_everywhere(lossy, member, room)
        gone = await live.until(op="gone", room=room)
        assert gone["seq"] < secret["seq"]
    heard = positions(live, room)
    assert heard
    assert not set(heard) & set(secrets)
    await watching.settled()
    for frame in (*live.frames, *watching.frames):
        assert "secret" not in str(frame)
        assert room not in frame.get("heads", {}) or frame["heads"][room]["head"] not in secrets


async def refused_everywhere(lossy: Installation, member: Api, room: str) -> None:
    """History, log and resume, at every server."""
    for node in range(3):
        there = lossy.at(member, node)
        for path in ("", "/messages", "/events?after=0"):
            answer = await there.ask("GET", f"/rooms/{room}{path}")
            assert answer.status_code == 404, (node, path, answer.text)


async def test_row_15_no_server_believes_what_it_remembers(deaf: Installation) -> None:
    """Nothing at all is heard of other servers, and everything was asked for before."""
    member = await deaf.member()
    for _ in range(3):
        room = await deaf.room(kind="private")
        await deaf.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
        there = deaf.at(member, 1)
        first = await deaf.owner.post(f"/rooms/{room}/messages", {"text": "for all"})
        asked = ("", "/messages", "/events?after=0")
        for path in (*asked, *asked):
            await there.get(f"/rooms/{room}{path}")
        await deaf.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
        await deaf.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
        for path in asked:
            assert (await there.ask("GET", f"/rooms/{room}{path}")).status_code == 404
        assert await there.refusal("GET", f"/messages/{first['id']}") == (404, "not_found")
        assert room not in [item["room"] for item in (await there.get("/unreads"))["items"]]


async def test_it_is_told_although_nothing_else_happens(lossy: Installation) -> None:
    member = await lossy.member()
    room = await lossy.room(kind="private")
    await lossy.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    live = await lossy.socket_at(1, member, room)
    await lossy.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert (await live.until(op="gone"))["room"] == room


async def test_many_sockets_while_access_keeps_changing(lossy: Installation) -> None:
    """Everybody gets exactly the events of the times in which they were allowed to, as the log tells them."""
    members = [await lossy.member() for _ in range(4)]
    room = await lossy.room(kind="private")
    for person in members:
        await lossy.owner.put(f"/rooms/{room}/members/{person.user['id']}", expect=204)
    sockets = [await lossy.socket_at(1 + number % 2, p, room) for number, p in enumerate(members)]

    async def talk(node: int) -> None:
        for number in range(15):
            await lossy.owners[node].post(f"/rooms/{room}/messages", {"text": f"{node} {number}"})

    async def shut_out(node: int, *people: Api) -> None:
        for person in people:
            await lossy.owners[node].delete(f"/rooms/{room}/members/{person.user['id']}")

    await asyncio.gather(talk(0), talk(1), talk(2), shut_out(0, *members[:2]), shut_out(2, members[2]))
    last = (await lossy.owners[2].post(f"/rooms/{room}/messages", {"text": "last"}))["seq"]
    events: list[Json] = (await lossy.owner.get(f"/rooms/{room}/events", after=0))["events"]
    left = {event["body"]["user"]: event["seq"] for event in events if event["type"] == "member.left"}
    for person, socket in zip(members[:3], sockets, strict=False):
        gone = await socket.until(op="gone")
        assert gone["seq"] <= left[person.user["id"]]
    await sockets[3].event("message.created", seq=last)
    heard = positions(sockets[3], room)
    assert heard == list(range(heard[0], last + 1))
    for person, socket in zip(members[:3], sockets, strict=False):
        await socket.settled()
        seen = positions(socket, room)
        assert seen == list(range(seen[0], seen[0] + len(seen))) if seen else True
        assert all(seq < left[person.user["id"]] for seq in seen)


async def test_row_06_a_revoked_session_ends_everywhere(lossy: Installation) -> None:
    member = await lossy.member()
    again = await lossy.owner.sign_in(member.user["username"])
    sockets = [await lossy.socket_at(node, member) for node in range(3)]
    kept = await lossy.socket_at(1, again)
    for node in range(3):
        await lossy.at(member, node).get("/users/me")
    await member.post("/auth/logout", expect=204)
    for socket in sockets:
        assert (await socket.closed())[0] == 4401
    for node in range(3):
        there = lossy.at(member, node)

        async def refused(there: Api = there) -> bool:
            return (await there.ask("GET", "/users/me")).status_code == 401

        await until(refused)
    assert (await kept.ask(op="hb"))["op"] == "hb"
    await again.close()


async def test_who_was_shut_out_is_not_told_who_writes(lossy: Installation) -> None:
    """The server of who writes has not heard of it either, but sees it when it looks who may write."""
    member = await lossy.member()
    room = await lossy.room(kind="private")
    await lossy.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    writing = await lossy.socket_at(1, lossy.owner, room)
    live = await lossy.socket_at(2, member, room)
    await lossy.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert (await writing.ask(op="typing", room=room))["op"] == "ok"
    await live.until(op="gone", room=room)
    assert not [frame for frame in live.frames if frame["op"] == "typing"]
