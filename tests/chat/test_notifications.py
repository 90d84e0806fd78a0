"""Notifications: who is told of which message, on all their devices, and when it counts as read."""

import uuid

from tests.chat.inboxes import inbox, told, whys
from tests.clients import Api, Json
from tests.workspaces import Workspace


async def a_room(workspace: Workspace, *people: Api) -> str:
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    return room


async def say(person: Api, room: str, text: str, **more: str) -> Json:
    sent: Json = await person.post(f"/rooms/{room}/messages", {"text": text, **more})
    return sent


def name(person: Api) -> str:
    return f"@{person.user['username']}"


async def test_who_is_named_has_it_in_their_inbox_until_it_is_read(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    here, there = await workspace.socket(member), await workspace.socket(member)
    await say(owner, room, "Nobody is named")
    first = await say(owner, room, f"One, {name(member)}")
    second = await say(owner, room, f"Two, {name(member)}")
    newest, oldest = await told(member, first, second)
    assert (oldest["message"], newest["message"]) == (first | {"mentions": first["mentions"]}, second)
    assert [item["kind"] for item in (newest, oldest)] == ["mention", "mention"]
    assert (newest["workspace"], newest["read"], newest["ts"] > second["ts"]) == (workspace.id, False, True)
    seen = [await here.until(op="notice", kind="notified") for _ in range(2)]
    assert {notice["id"] for notice in seen} == {newest["id"], oldest["id"]}
    notice = next(notice for notice in seen if notice["id"] == newest["id"])
    about = {"room": room, "message": second["id"], "thread": None, "seq": second["seq"]}
    assert about.items() <= notice.items()
    assert (notice["why"], notice["by"], notice["quiet"]) == ("mention", owner.user["id"], False)

    await member.put("/notifications/read", {"ids": [oldest["id"]]}, expect=204)
    heard = await there.until(op="notice", kind="notifications.read")
    assert (heard["ids"], heard["up_to"]) == ([oldest["id"]], None)
    page = await inbox(member)
    assert [(item["id"], item["read"]) for item in page["items"]] == [
        (newest["id"], False),
        (oldest["id"], True),
    ]
    assert page["unread"] == 1
    await member.put(f"/rooms/{room}/read", {"seq": second["seq"]})
    page = await inbox(member)
    assert (page["unread"], [item["read"] for item in page["items"]]) == (0, [True, True])
    assert [await whys(person, workspace.id) for person in (owner, other)] == [[], []]


async def test_pages_begin_with_what_is_not_read(workspace_sqlite: Workspace) -> None:
    owner, member = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await a_room(workspace_sqlite, member)
    sent = [await say(owner, room, f"{number} {name(member)}") for number in range(5)]
    items = {item["message"]["id"]: item["id"] for item in await told(member, *sent)}
    ids = [items[message["id"]] for message in sent]
    await member.put("/notifications/read", {"ids": [ids[3], ids[1]]}, expect=204)
    unread, seen = sorted([ids[0], ids[2], ids[4]], reverse=True), sorted([ids[3], ids[1]], reverse=True)
    paged: list[str] = []
    cursor: Json = {}
    while True:
        page = await inbox(member, limit=2, **cursor)
        assert page["unread"] == 3
        paged += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"before": page["next"]}
    assert paged == [*unread, *seen]
    await member.put("/notifications/read", {"up_to": max(ids)}, expect=204)
    assert (await inbox(member))["unread"] == 0
    await member.call("PUT", "/notifications/read", {}, expect=422)
    await member.call("GET", "/notifications", expect=422, before="nonsense")


async def test_direct_messages_replies_and_edits_are_told_once(workspace: Workspace, member: Api) -> None:
    owner = workspace.owner
    direct = await owner.post(f"/workspaces/{workspace.id}/direct", {"users": [member.user["id"]]})
    message = await say(owner, direct["id"], f"Just you, {name(member)}")
    await told(member, message)
    await owner.patch(f"/messages/{message['id']}", {"text": "Just you"})
    await owner.patch(f"/messages/{message['id']}", {"text": f"Just you and me, {name(member)}"})
    room = await a_room(workspace, member)
    root = await say(owner, room, "Root")
    reply = await say(owner, room, f"Reply, {name(member)}", thread=root["id"])
    edited = await say(owner, room, "Not yet")
    await owner.patch(f"/messages/{edited['id']}", {"text": f"Now, {name(member)}"})
    await told(member, message, reply, edited)
    assert sorted(await whys(member)) == [
        ("mention", f"Just you and me, {name(member)}"),
        ("mention", f"Now, {name(member)}"),
        ("mention", f"Reply, {name(member)}"),
    ]
    plain = await say(owner, direct["id"], "And more")
    items = await told(member, message, reply, edited, plain)
    assert items[0]["kind"] == "direct"


async def test_what_is_deleted_or_may_not_be_read_any_more_is_gone(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    rooms = [await a_room(workspace, member, other) for _ in range(2)]
    gone = await say(owner, rooms[0], f"Gone, {name(member)}")
    hidden = await say(owner, rooms[1], f"Hidden, {name(member)} {name(other)}")
    await told(member, gone, hidden)
    await owner.delete(f"/messages/{gone['id']}")
    deny = {
        "allow": False,
        "principal": "user",
        "principal_id": member.user["id"],
        "permissions": ["room.read"],
    }
    entries = (await owner.get(f"/rooms/{rooms[1]}/acl"))["items"]
    kept = [{key: entry[key] for key in deny} for entry in entries]
    await owner.put(f"/rooms/{rooms[1]}/acl", {"items": [deny, *kept]})
    page = await inbox(member)
    assert (page["items"], page["unread"]) == ([], 0)
    await told(other, hidden)
    socket = await workspace.socket(member)
    later = await say(owner, rooms[1], f"@room {name(member)} {name(other)}")
    await told(other, hidden, later)  # in one transaction with all who were told
    assert (await inbox(member))["items"] == []
    assert not [frame for frame in await socket.settled() if frame.get("kind") == "notified"]


async def test_a_room_is_told_as_a_whole_and_here_those_who_are_there(
    workspace: Workspace, member: Api
) -> None:
    owner, absent = workspace.owner, await workspace.member("absent")
    room = await a_room(workspace, member, absent)
    everybody = await say(owner, room, "@room")
    await told(member, everybody)
    await told(absent, everybody)
    socket = await workspace.socket(member)
    await socket.ask(op="hb")
    here = await say(owner, room, "@here")
    await told(member, everybody, here)
    assert await whys(absent) == [("mention", "@room")]
    assert await whys(owner, workspace.id) == []


async def test_a_person_sees_and_reads_their_own_alone(workspace_sqlite: Workspace) -> None:
    owner = workspace_sqlite.owner
    member, other = await workspace_sqlite.member(), await workspace_sqlite.member("other")
    room = await a_room(workspace_sqlite, member, other)
    message = await say(owner, room, f"{name(member)}")
    (item,) = await told(member, message)
    await other.put(
        "/notifications/read", {"ids": [item["id"]], "up_to": str(uuid.UUID(int=2**128 - 1))}, expect=204
    )
    assert (await inbox(member))["unread"] == 1
    assert (await inbox(other))["items"] == []
