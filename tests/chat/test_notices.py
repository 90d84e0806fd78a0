"""What people are told on all their connections: rooms they are in or no longer, and heads of other rooms."""

import itertools

from tests.chat.test_revocation import deny
from tests.clients import Api
from tests.workspaces import Workspace


async def test_who_is_put_into_a_room_is_told_of_it(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    room = await workspace.room(kind="private")
    told, not_told = await workspace.socket(member), await workspace.socket(other)
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    notice = await told.until(op="notice", kind="room.joined")
    assert notice["room"] == await member.get(f"/rooms/{room}")
    assert notice["room"]["member"] is True
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert await told.until(op="notice") == {"op": "notice", "kind": "room.left", "room": room}
    assert not [frame for frame in await not_told.settled() if frame["op"] == "notice"]


async def test_who_may_not_read_a_room_is_not_told_of_it(workspace: Workspace, member: Api) -> None:
    closed, seen = await workspace.room(kind="private"), await workspace.room(kind="private")
    told = await workspace.socket(member)
    await deny(workspace, f"/rooms/{closed}", member)
    for room in (closed, seen):
        await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    assert (await told.until(op="notice", kind="room.joined"))["room"]["id"] == seen
    assert not [frame for frame in await told.settled() if frame.get("room", {}).get("id") == closed]


async def test_the_last_notice_says_how_it_is(workspace: Workspace, member: Api) -> None:
    room = await workspace.room(kind="private")
    told = await workspace.socket(member)
    seat = f"/rooms/{room}/members/{member.user['id']}"
    for _ in range(10):
        await workspace.owner.put(seat, expect=204)
        await workspace.owner.delete(seat)
        await told.until(op="notice", kind="room.left")
    kinds = [frame["kind"] for frame in await told.settled() if frame["op"] == "notice"]
    assert kinds[-1] == "room.left"
    assert kinds.count("room.left") == 10
    assert ("room.joined", "room.joined") not in itertools.pairwise(kinds)


async def test_a_direct_room_is_told_to_whoever_is_in_it(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    told = await workspace.socket(other)
    made = await member.post(f"/workspaces/{workspace.id}/direct", {"users": [other.user["id"]]})
    notice = await told.until(op="notice", kind="room.joined")
    assert notice["room"]["id"] == made["id"]
    assert {user["id"] for user in notice["room"]["users"]} == {member.user["id"], other.user["id"]}


async def test_leaving_the_workspace_is_told_for_every_room(workspace: Workspace, member: Api) -> None:
    rooms = [await workspace.room() for _ in range(2)]
    for room in rooms:
        await member.post(f"/rooms/{room}/join", expect=204)
    told = await workspace.socket(member)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    left = {(await told.until(op="notice", kind="room.left"))["room"] for _ in rooms}
    assert left == {*rooms}


async def test_heads_tell_of_rooms_that_are_known_and_not_open(workspace: Workspace, member: Api) -> None:
    mine, open_, foreign = await workspace.room(), await workspace.room(), await workspace.room()
    for room in (mine, open_):
        await member.post(f"/rooms/{room}/join", expect=204)
    socket = await workspace.socket(member, open_)
    counted = (await member.get(f"/rooms/{mine}"))["count"]
    for room in (open_, foreign, mine):
        await workspace.owner.post(f"/rooms/{room}/messages", {"text": "psst"})
    sent = await workspace.owner.post(f"/rooms/{mine}/messages", {"text": "psst"})
    while True:
        heads = (await socket.until(op="heads"))["heads"]
        assert heads.keys() <= {mine}
        if heads[mine]["head"] == sent["seq"]:
            break
    assert heads[mine] == {"head": sent["seq"], "count": counted + 2}
    assert not [f for f in await socket.settled() if f["op"] == "ev" and f["room"] != open_]


async def test_a_room_one_comes_into_is_watched_from_then_on(workspace: Workspace, member: Api) -> None:
    room = await workspace.room(kind="private")
    socket = await workspace.socket(member)
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    await socket.until(op="notice", kind="room.joined")
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "psst"})
    frame = await socket.until(op="heads")
    assert frame["heads"][room]["head"] <= sent["seq"]


async def test_a_heartbeat_tells_where_one_is_behind(workspace: Workspace, member: Api) -> None:
    first, second = await workspace.room(), await workspace.room()
    for room in (first, second):
        await member.post(f"/rooms/{room}/join", expect=204)
    socket = await workspace.socket(member, first, second)
    sent = await workspace.owner.post(f"/rooms/{first}/messages", {"text": "one"})
    await socket.event("message.created")
    behind = await socket.ask(op="hb", seen={first: sent["seq"] - 1, second: 10**9})
    assert behind["heads"].keys() == {first}
    assert (await socket.ask(op="hb", seen={first: sent["seq"]}))["heads"] == {}
    assert (await socket.ask(op="hb"))["heads"] == {}
