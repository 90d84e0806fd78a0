"""Rooms: made, found, joined, left, renamed, archived; and those who may not."""

import pytest

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def rooms_of(person: Api, workspace: Workspace, **query: object) -> dict[str, Json]:
    page = await person.get(f"/workspaces/{workspace.id}/rooms", **query)
    return {room["id"]: room for room in page["items"]}


async def members_of(person: Api, room: str) -> set[str]:
    page = await person.get(f"/rooms/{room}/members")
    return {item["user"]["id"] for item in page["items"]}


async def test_a_public_room_is_seen_by_all_and_joined_by_oneself(workspace: Workspace, member: Api) -> None:
    room = await workspace.room("Garden", topic="Weeds")
    seen = (await rooms_of(member, workspace))[room]
    assert (seen["kind"], seen["topic"], seen["member"], seen["archived"]) == (
        "public",
        "Weeds",
        False,
        False,
    )
    assert seen["workspace"] == workspace.id
    assert "room.join" in seen["permissions"]
    await member.post(f"/rooms/{room}/join", expect=204)
    await member.post(f"/rooms/{room}/join", expect=204)  # again changes nothing
    assert (await member.get(f"/rooms/{room}"))["member"] is True
    assert await members_of(member, room) == {workspace.owner.user["id"], member.user["id"]}
    await member.post(f"/rooms/{room}/leave", expect=204)
    await member.post(f"/rooms/{room}/leave", expect=204)
    assert await members_of(member, room) == {workspace.owner.user["id"]}
    types = [event["type"] for event in (await member.get(f"/rooms/{room}/events"))["events"]]
    assert types == ["member.joined", "member.joined", "member.left"]


async def test_a_private_room_is_entered_by_invitation_only(workspace: Workspace, member: Api) -> None:
    room = await workspace.room(kind="private")
    assert await member.refusal("POST", f"/rooms/{room}/join") == (404, "not_found")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    assert (await member.get(f"/rooms/{room}"))["kind"] == "private"
    await member.post(f"/rooms/{room}/messages", {"text": "thanks"})
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    assert room not in await rooms_of(member, workspace)


async def test_only_people_of_the_workspace_can_be_invited(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    room = await workspace.room(kind="private")
    path = f"/rooms/{room}/members/{stranger.user['id']}"
    assert await workspace.owner.refusal("PUT", path) == (404, "not_found")
    assert await workspace.owner.refusal("DELETE", path) == (404, "not_found")
    assert await stranger.refusal("GET", f"/rooms/{room}") == (404, "not_found")


async def test_who_is_no_manager_changes_removes_and_archives_nothing(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    owner = workspace.owner.user["id"]
    doors: list[tuple[str, str, Json | None]] = [
        ("PATCH", f"/rooms/{room}", {"name": "taken over"}),
        ("PATCH", f"/rooms/{room}", {"archived": True}),
        ("DELETE", f"/rooms/{room}", None),
        ("DELETE", f"/rooms/{room}/members/{owner}", None),
        ("GET", f"/rooms/{room}/acl", None),
        ("PUT", f"/rooms/{room}/acl", {"items": []}),
    ]
    for method, path, body in doors:
        assert await member.refusal(method, path, body) == (403, "forbidden"), (method, path)
    assert await members_of(member, room) == {owner, member.user["id"]}


async def test_who_made_a_room_manages_it(workspace: Workspace, member: Api) -> None:
    made = await member.post(f"/workspaces/{workspace.id}/rooms", {"name": "Mine"})
    changed = await member.patch(f"/rooms/{made['id']}", {"name": "Ours", "topic": "Everything"})
    assert (changed["name"], changed["topic"]) == ("Ours", "Everything")
    events = (await member.get(f"/rooms/{made['id']}/events"))["events"]
    assert events[-1]["type"] == "room.updated"
    assert events[-1]["body"] == {"name": "Ours", "topic": "Everything"}
    await member.patch(f"/rooms/{made['id']}", {})  # nothing changed, nothing told
    assert (await member.get(f"/rooms/{made['id']}"))["head"] == len(events)


async def test_names_are_unique_whatever_their_case(workspace: Workspace) -> None:
    path = f"/workspaces/{workspace.id}/rooms"
    first = await workspace.owner.post(path, {"name": "Straße"})
    await workspace.owner.post(path, {"name": "other"})
    assert await workspace.owner.refusal("POST", path, {"name": "STRASSE"}) == (409, "conflict")
    assert await workspace.owner.refusal("PATCH", f"/rooms/{first['id']}", {"name": "Other"}) == (
        409,
        "conflict",
    )
    await workspace.owner.patch(f"/rooms/{first['id']}", {"name": "STRASSE"})


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\u202eb", "\u200b", "x" * 81, "\x07"])
async def test_a_name_is_one_visible_line(workspace_sqlite: Workspace, name: str) -> None:
    path = f"/workspaces/{workspace_sqlite.id}/rooms"
    assert await workspace_sqlite.owner.refusal("POST", path, {"name": name}) == (422, "invalid")


async def test_an_archived_room_can_be_read_and_nothing_more(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    message = await member.post(f"/rooms/{room}/messages", {"text": "kept"})
    await workspace.owner.delete(f"/rooms/{room}")
    assert room not in await rooms_of(member, workspace)
    assert (await rooms_of(member, workspace, archived="true"))[room]["archived"] is True
    assert (await member.get(f"/rooms/{room}/messages"))["items"][0]["text"] == "kept"
    for method, path, body in [
        ("POST", f"/rooms/{room}/messages", {"text": "too late"}),
        ("PATCH", f"/messages/{message['id']}", {"text": "too late"}),
        ("POST", f"/rooms/{room}/join", None),
        ("PUT", f"/rooms/{room}/members/{member.user['id']}", None),
    ]:
        assert await member.refusal(method, path, body) == (403, "forbidden"), path
    socket = await workspace.socket(member, room)
    assert (await socket.send(room, "too late"))["code"] == "forbidden"
    await workspace.owner.patch(f"/rooms/{room}", {"archived": False})
    assert (await socket.send(room, "back again"))["op"] == "ack"
    assert room in await rooms_of(member, workspace)


async def test_rooms_come_by_name_and_in_pages(workspace: Workspace) -> None:
    path = f"/workspaces/{workspace.id}/rooms"
    for name in ["pear", "Apple", "fig", "Banana"]:
        await workspace.owner.post(path, {"name": name})
    first = await workspace.owner.get(path, limit=3)
    rest = await workspace.owner.get(path, limit=3, after=first["next"])
    assert [room["name"] for room in first["items"] + rest["items"]] == ["Apple", "Banana", "fig", "pear"]
    assert rest["next"] is None


async def test_members_come_in_pages(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    for path in (f"/rooms/{room}/members", f"/workspaces/{workspace.id}/members"):
        first = await member.get(path, limit=1)
        rest = await member.get(path, limit=1, after=first["next"])
        found = [item["user"]["id"] for item in first["items"] + rest["items"]]
        assert sorted(found) == sorted([workspace.owner.user["id"], member.user["id"]])
        assert rest["next"] is None


async def test_one_takes_oneself_out_of_a_room(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    await member.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert member.user["id"] not in await members_of(member, room)


async def test_rooms_are_filed_under_categories(workspace: Workspace, member: Api) -> None:
    path = f"/workspaces/{workspace.id}/categories"
    second = await workspace.owner.post(path, {"name": "Second"})
    first = await workspace.owner.post(path, {"name": "First", "position": 0})
    await workspace.owner.put(f"/categories/{second['id']}", {"name": "Last", "position": 9})
    names = [category["name"] for category in (await member.get(path))["items"]]
    assert names == ["First", "Last"]
    room = await workspace.room(category=first["id"])
    assert (await member.get(f"/rooms/{room}"))["category"] == first["id"]
    moved = await workspace.owner.patch(f"/rooms/{room}", {"category": second["id"]})
    assert moved["category"] == second["id"]
    assert (await workspace.owner.patch(f"/rooms/{room}", {"category": None}))["category"] is None
    assert await member.refusal("POST", path, {"name": "Mine"}) == (403, "forbidden")
    assert await member.refusal("PUT", f"/categories/{first['id']}", {"name": "Mine"}) == (403, "forbidden")


async def test_a_category_of_another_workspace_is_none(workspace: Workspace) -> None:
    owner = workspace.owner
    async with await Workspace.make(owner) as other:
        foreign = await owner.post(f"/workspaces/{other.id}/categories", {"name": "Foreign"})
        body = {"name": "smuggled", "category": foreign["id"]}
        assert await owner.refusal("POST", f"/workspaces/{workspace.id}/rooms", body) == (422, "invalid")
        room = await workspace.room()
        assert await owner.refusal("PATCH", f"/rooms/{room}", {"category": foreign["id"]}) == (422, "invalid")
        assert (await owner.get(f"/rooms/{room}"))["category"] is None
