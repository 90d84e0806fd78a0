"""Kick, mute and ban: what each takes away, that it ends by itself, and who may do it to whom."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.clients import PATIENCE, Api, Json
from tests.workspaces import Workspace

BAN, MUTE = "ban", "mute"


async def impose(
    by: Api, what: str, whom: Api, *, room: str = "", workspace: str = "", **more: object
) -> Json:
    node = f"/rooms/{room}" if room else f"/workspaces/{workspace}"
    made: Json = await by.put(f"{node}/sanctions/{whom.user['id']}/{what}", {"reason": "spam", **more})
    return made


async def eventually(ask: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Ask until the status is the wanted one."""
    deadline = time.monotonic() + PATIENCE
    while (found := await ask()) != wanted:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def test_who_is_muted_reads_on_and_posts_nothing_by_any_way(workspace: Workspace) -> None:
    owner, member, other = workspace.owner, await workspace.member(), await workspace.member()
    room, elsewhere = await workspace.room(), await workspace.room()
    mine = (await member.post(f"/rooms/{room}/messages", {"text": "before"}))["id"]
    socket, listener = await workspace.socket(member, room), await workspace.socket(other, room)
    made = await impose(owner, MUTE, member, room=room)
    assert (made["kind"], made["until"], made["user"]["id"]) == (MUTE, None, member.user["id"])
    told = await socket.until(op="notice", kind="sanction")
    assert (told["sanction"], told["room"], told["reason"], told["ended"]) == (MUTE, room, "spam", False)
    assert (await socket.send(room, "x"))["code"] == "forbidden"
    assert await member.refusal("POST", f"/rooms/{room}/messages", {"text": "x"}) == (403, "forbidden")
    assert await member.refusal("PATCH", f"/messages/{mine}", {"text": "x"}) == (403, "forbidden")
    assert (await socket.ask(op="typing", room=room))["op"] == "error"
    await owner.post(f"/rooms/{room}/messages", {"text": "heard"})
    assert (await socket.event("message.created"))["body"]["text"] == "heard"
    await member.post(f"/rooms/{elsewhere}/messages", {"text": "elsewhere"})
    query = {"user": member.user["id"], "permission": "room.post"}
    why = await owner.get(f"/rooms/{room}/acl/explain", **query)
    assert (why["allowed"], why["sanctioned"]) == (False, True)
    await impose(owner, MUTE, member, workspace=workspace.id)
    at = f"/workspaces/{workspace.id}"
    direct = {"users": [other.user["id"]]}
    for path, body in ((f"/rooms/{elsewhere}/messages", {"text": "x"}), (f"{at}/direct", direct)):
        assert await member.refusal("POST", path, body) == (403, "forbidden")
    for node in (f"/rooms/{room}", at):
        assert [each["user"]["id"] for each in (await owner.get(f"{node}/sanctions"))["items"]] == [
            member.user["id"]
        ]
        await owner.delete(f"{node}/sanctions/{member.user['id']}/mute")
    assert (await socket.send(room, "after"))["op"] == "ack"
    heard = [frame["body"]["text"] for frame in await listener.settled() if frame["op"] == "ev"]
    assert heard == ["heard", "after"]


async def test_a_mute_ends_by_itself_and_says_so(workspace: Workspace) -> None:
    owner, member = workspace.owner, await workspace.member()
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    await impose(owner, MUTE, member, room=room)
    assert (await socket.send(room, "x"))["op"] == "nack"
    await impose(owner, MUTE, member, room=room, expires_in=1)  # in place of the one without an end

    async def post() -> int:
        return (await member.ask("POST", f"/rooms/{room}/messages", {"text": "y"})).status_code

    await eventually(post, 201)
    assert (await socket.until(op="notice", kind="sanction", ended=True))["sanction"] == MUTE
    assert (await owner.get(f"/rooms/{room}/sanctions"))["items"] == []
    ended = await owner.get(f"/workspaces/{workspace.id}/audit", kind="mute.ended")
    assert [(act["actor"], act["address"], act["subject"]) for act in ended["items"]] == [
        (None, "job", member.user["id"])
    ]


async def test_who_is_banned_from_a_room_is_out_of_it_at_once_and_stays_out(workspace: Workspace) -> None:
    """Rows 15 and 16 of the requirements: nothing of the room reaches them by any way."""
    owner, member, friend = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    for person in (member, friend):
        await person.post(f"/rooms/{room}/join", expect=204)
    said = (await owner.post(f"/rooms/{room}/messages", {"text": "before"}))["id"]
    socket = await workspace.socket(member, room)
    await impose(owner, BAN, member, room=room)
    await owner.post(f"/rooms/{room}/messages", {"text": "after"})
    assert (await socket.until(op="gone"))["room"] == room
    for path in (f"/rooms/{room}", f"/rooms/{room}/messages", f"/rooms/{room}/events", f"/messages/{said}"):
        assert await member.refusal("GET", path) == (404, "not_found")
    assert await member.refusal("POST", f"/rooms/{room}/join") == (404, "not_found")
    assert (await socket.ask(op="sub", rooms=[{"room": room, "since": 0}]))["op"] == "error"
    rooms = (await member.get(f"/workspaces/{workspace.id}/rooms"))["items"]
    assert room not in [each["id"] for each in rooms]
    into = f"/rooms/{room}/members/{member.user['id']}"
    private = await workspace.room(kind="private")
    assert await friend.refusal("PUT", f"/rooms/{private}/members/{member.user['id']}") == (404, "not_found")
    for person in (friend, owner):
        assert await person.refusal("PUT", into) == (403, "banned")
    assert "after" not in [f["body"].get("text") for f in await socket.settled() if f["op"] == "ev"]
    await owner.delete(f"/rooms/{room}/sanctions/{member.user['id']}/ban")
    assert (await owner.refusal("DELETE", f"/rooms/{room}/sanctions/{member.user['id']}/ban"))[0] == 404
    await member.post(f"/rooms/{room}/join", expect=204)


async def test_who_is_banned_from_a_workspace_comes_back_by_no_invitation_before_it_ends(
    workspace: Workspace,
) -> None:
    owner, member = workspace.owner, await workspace.member()
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    invite = await owner.post(f"/workspaces/{workspace.id}/invites")
    await impose(owner, BAN, member, workspace=workspace.id)
    assert (await socket.until(op="gone"))["room"] == room
    accept = f"/invites/{invite['token']}/accept"
    assert await member.refusal("POST", accept) == (403, "banned")
    assert await member.refusal("GET", f"/rooms/{room}/messages") == (404, "not_found")
    assert await member.refusal("GET", f"/workspaces/{workspace.id}/members") == (404, "not_found")
    listed = (await owner.get(f"/workspaces/{workspace.id}/invites"))["items"]
    assert [each["uses"] for each in listed if each["id"] == invite["id"]] == [0]
    await owner.delete(f"/workspaces/{workspace.id}/sanctions/{member.user['id']}/ban")
    assert (await member.ask("POST", accept)).status_code == 200
    await impose(owner, BAN, member, workspace=workspace.id, expires_in=1)

    async def come_back() -> int:
        return (await member.ask("POST", accept)).status_code

    await eventually(come_back, 200)
    await member.get(f"/rooms/{room}/messages")


async def test_who_is_kicked_may_come_back(workspace: Workspace) -> None:
    owner, member = workspace.owner, await workspace.member()
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    socket = await workspace.socket(member, room)
    await owner.post(f"/rooms/{room}/kick/{member.user['id']}", {"reason": "calm down"}, expect=204)
    assert (await socket.until(op="notice", kind="sanction"))["sanction"] == "kick"
    assert not (await member.get(f"/rooms/{room}"))["member"]
    await member.post(f"/rooms/{room}/join", expect=204)
    await owner.post(f"/workspaces/{workspace.id}/kick/{member.user['id']}", expect=204)
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    (act,) = (await owner.get(f"/workspaces/{workspace.id}/audit", subject=member.user["id"], limit=1))[
        "items"
    ]
    assert (act["kind"], act["place"]) == ("member.kicked", workspace.id)


async def test_row_25_nobody_does_it_to_those_above_to_equals_or_where_they_may_not_look(
    workspace: Workspace,
) -> None:
    """Row 25 of the requirements: a moderator acts in no room that they can not read."""
    owner, at = workspace.owner, f"/workspaces/{workspace.id}"
    one, two, member = [await workspace.member() for _ in range(3)]
    for person in (one, two):
        await owner.put(f"{at}/members/{person.user['id']}", {"role": "moderator"}, expect=204)
    room, hidden = await workspace.room(), await workspace.room(kind="private")
    for path in (f"/rooms/{room}", at):
        for by, whom in ((one, owner), (one, two), (one, one), (member, one), (owner, owner)):
            for what in (MUTE, BAN):
                target = f"{path}/sanctions/{whom.user['id']}/{what}"
                assert await by.refusal("PUT", target, {}) == (403, "forbidden")
            assert await by.refusal("POST", f"{path}/kick/{whom.user['id']}", {}) == (403, "forbidden")
        assert await member.refusal("GET", f"{path}/sanctions") == (403, "forbidden")
    target = f"/rooms/{hidden}/sanctions/{member.user['id']}"
    assert await one.refusal("PUT", f"{target}/mute", {}) == (404, "not_found")
    assert await one.refusal("GET", f"/rooms/{hidden}/sanctions") == (404, "not_found")
    other = await Workspace.make(owner)
    stranger = await other.member()
    assert await one.refusal("PUT", f"{at}/sanctions/{stranger.user['id']}/ban", {}) == (404, "not_found")
    assert await stranger.refusal("GET", f"{at}/sanctions") == (404, "not_found")
    await other.__aexit__()
    await impose(one, MUTE, member, room=room)
    assert await two.refusal("DELETE", f"{target}/mute") == (404, "not_found")
    await two.delete(f"/rooms/{room}/sanctions/{member.user['id']}/mute")


async def test_a_moderator_who_is_muted_does_not_lift_it_themselves(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, moderator, at = workspace.owner, await workspace.member(), f"/workspaces/{workspace.id}"
    whom = moderator.user["id"]
    await owner.put(f"{at}/members/{whom}", {"role": "moderator"}, expect=204)
    room = await workspace.room()
    await impose(owner, MUTE, moderator, room=room)
    await impose(owner, MUTE, moderator, workspace=workspace.id)
    for node in (f"/rooms/{room}", at):
        refused = await moderator.refusal("DELETE", f"{node}/sanctions/{whom}/mute")
        assert refused == (403, "forbidden")
        await owner.delete(f"{node}/sanctions/{whom}/mute")
    await moderator.post(f"/rooms/{room}/messages", {"text": "x"})


async def test_a_ban_is_changed_although_who_is_banned_is_no_member_any_more(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, member, at = workspace.owner, await workspace.member(), f"/workspaces/{workspace.id}"
    await impose(owner, BAN, member, workspace=workspace.id, expires_in=1000)
    longer = await impose(owner, BAN, member, workspace=workspace.id)
    assert [(each["id"], each["until"]) for each in (await owner.get(f"{at}/sanctions"))["items"]] == [
        (longer["id"], None)
    ]
    whom = member.user["id"]
    assert await owner.refusal("PUT", f"{at}/sanctions/{whom}/mute", {}) == (404, "not_found")
    assert await owner.refusal("POST", f"{at}/kick/{whom}", {}) == (404, "not_found")
    await owner.delete(f"{at}/sanctions/{whom}/ban")


async def test_who_left_before_the_ban_is_banned_all_the_same(workspace: Workspace) -> None:
    owner, member, at = workspace.owner, await workspace.member(), f"/workspaces/{workspace.id}"
    room = await workspace.room()
    invite = await owner.post(f"{at}/invites")
    await member.delete(f"{at}/members/{member.user['id']}")
    await impose(owner, BAN, member, workspace=workspace.id)
    await impose(owner, BAN, member, room=room)
    accept = f"/invites/{invite['token']}/accept"
    assert await member.refusal("POST", accept) == (403, "banned")
    await owner.delete(f"{at}/sanctions/{member.user['id']}/ban")
    await member.post(accept, expect=200)
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")
