"""Access that ends, ends everywhere at once: live, on resume, in history, in heads (I10)."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import pytest

from tests.clients import Api
from tests.workspaces import Workspace

Revoke = Callable[[Workspace, Api, str], Awaitable[None]]


async def by_removal(workspace: Workspace, member: Api, room: str) -> None:
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")


async def by_leaving(workspace: Workspace, member: Api, room: str) -> None:
    await member.post(f"/rooms/{room}/leave", expect=204)


async def by_losing_the_workspace(workspace: Workspace, member: Api, room: str) -> None:
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")


async def by_an_entry_on_the_room(workspace: Workspace, member: Api, room: str) -> None:
    await deny(workspace, f"/rooms/{room}", member)


async def deny(workspace: Workspace, path: str, member: Api) -> None:
    there = (await workspace.owner.get(f"{path}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    denied = {
        "allow": False,
        "principal": "user",
        "principal_id": member.user["id"],
        "permissions": ["room.read"],
    }
    await workspace.owner.put(f"{path}/acl", {"items": [denied, *kept]})


@pytest.mark.parametrize("revoke", [by_removal, by_leaving, by_losing_the_workspace, by_an_entry_on_the_room])
async def test_row_15_nothing_that_comes_later_reaches_who_was_shut_out(
    workspace: Workspace, member: Api, revoke: Revoke
) -> None:
    room = await workspace.room(kind="private")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    before = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "for all"})
    live, watching = await workspace.socket(member, room), await workspace.socket(member)
    await revoke(workspace, member, room)
    secret = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
    gone = await live.until(op="gone")
    assert gone["room"] == room
    assert gone["seq"] < secret["seq"]
    for path in ("", "/messages", "/events?after=0", "/members"):
        assert (await member.http.get(f"/rooms/{room}{path}")).status_code == 404
    assert await member.refusal("GET", f"/messages/{before['id']}") == (404, "not_found")
    again = await workspace.socket(member)
    for since in (None, 0, gone["seq"]):
        want = {"room": room} if since is None else {"room": room, "since": since}
        assert (await again.ask(op="sub", rooms=[want]))["code"] == "not_found"
    behind = await live.ask(op="hb", seen={room: 0})
    assert behind["heads"] == {}
    assert (await live.send(room, "let me in"))["code"] == "not_found"
    for socket in (live, watching, again):
        heard = await socket.settled()
        assert not [f for f in heard if f["op"] == "ev" and f["seq"] > gone["seq"]]
        assert not [
            f for f in heard if room in f.get("heads", {}) and f["heads"][room]["head"] >= secret["seq"]
        ]
    assert room not in [item["room"] for item in (await member.get("/unreads"))["items"]]


async def test_row_16_a_deny_on_a_parent_shuts_out_as_well(workspace: Workspace, member: Api) -> None:
    category = await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Board"})
    room = await workspace.room(category=category["id"])
    other = await workspace.room()
    live = await workspace.socket(member, room, other)
    await deny(workspace, f"/categories/{category['id']}", member)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
    assert (await live.until(op="gone"))["room"] == room
    sent = await workspace.owner.post(f"/rooms/{other}/messages", {"text": "still here"})
    assert (await live.event("message.created"))["id"] == sent["id"]
    assert "secret" not in str(await live.settled())


async def test_row_16_a_room_that_is_moved_takes_on_other_rules(workspace: Workspace, member: Api) -> None:
    category = await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Board"})
    await deny(workspace, f"/categories/{category['id']}", member)
    room = await workspace.room()
    live = await workspace.socket(member, room)
    await workspace.owner.patch(f"/rooms/{room}", {"category": category["id"]})
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
    assert (await live.until(op="gone"))["room"] == room
    assert "secret" not in str(await live.settled())


async def test_row_16_a_demotion_takes_effect_on_open_sockets(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    live = await workspace.socket(member, room)
    path = f"/workspaces/{workspace.id}/members/{member.user['id']}"
    await workspace.owner.put(path, {"role": "guest"}, expect=204)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
    assert (await live.until(op="gone"))["room"] == room
    assert "secret" not in str(await live.settled())


async def test_changes_that_concern_others_leave_no_hole(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    other = await workspace.member("other")
    live = await workspace.socket(member, room)
    first = (await member.get(f"/rooms/{room}"))["head"]

    async def write() -> None:
        for number in range(30):
            await workspace.owner.post(f"/rooms/{room}/messages", {"text": str(number)})

    async def come_and_go() -> None:
        for _ in range(8):
            await workspace.owner.put(f"/rooms/{room}/members/{other.user['id']}", expect=204)
            await workspace.owner.delete(f"/rooms/{room}/members/{other.user['id']}")

    await asyncio.gather(write(), come_and_go())
    head = (await member.get(f"/rooms/{room}"))["head"]
    await live.until(op="ev", seq=head)
    seqs = [frame["seq"] for frame in live.frames if frame["op"] == "ev"]
    assert seqs == [*range(first + 1, head + 1)]


async def test_row_15_removed_and_invited_again_in_the_middle_of_a_stream(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room(kind="private")
    seat = f"/rooms/{room}/members/{member.user['id']}"
    secrets = []
    for round_ in range(3):
        await workspace.owner.put(seat, expect=204)
        live = await workspace.socket(member, room)
        await workspace.owner.post(f"/rooms/{room}/messages", {"text": f"open {round_}"})
        await live.event("message.created")
        sending = [
            asyncio.create_task(workspace.owner.post(f"/rooms/{room}/messages", {"text": str(uuid.uuid4())}))
            for _ in range(5)
        ]
        await workspace.owner.delete(seat)
        secrets.append(
            (await workspace.owner.post(f"/rooms/{room}/messages", {"text": f"closed {round_}"}))["seq"]
        )
        await asyncio.gather(*sending)
        gone = await live.until(op="gone")
        assert gone["seq"] < secrets[-1]
        assert "closed" not in str(await live.settled())
