"""Roles of a workspace's own: made, changed, given and taken away, and the way to a decision."""

import uuid
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.workspaces import Workspace


@pytest.fixture
def workspace(workspace_sqlite: Workspace) -> Workspace:
    return workspace_sqlite  # the rules are the same on both databases, and the matrix asks there too


async def role_named(workspace: Workspace, name: str) -> Json:
    roles = (await workspace.owner.get(f"/workspaces/{workspace.id}/roles"))["items"]
    return next(role for role in roles if role["name"] == name)


async def made(workspace: Workspace, name: str, *permissions: str, **more: Any) -> Json:
    body = {"name": name, "permissions": ["workspace.read", *permissions], **more}
    role: Json = await workspace.owner.post(f"/workspaces/{workspace.id}/roles", body)
    return role


async def give(workspace: Workspace, person: Api, role: str) -> None:
    path = f"/workspaces/{workspace.id}/members/{person.user['id']}"
    await workspace.owner.put(path, {"role": role}, expect=204)


async def someone(workspace: Workspace, role: str) -> Api:
    person = await workspace.member()
    await give(workspace, person, role)
    return person


async def test_a_role_of_ones_own_holds_what_it_was_given(workspace: Workspace) -> None:
    role = await made(workspace, "Readers", "room.read")
    assert (role["built_in"], role["rank"]) == (False, 30)
    reader, room = await someone(workspace, "Readers"), await workspace.room()
    assert (await reader.get(f"/rooms/{room}"))["permissions"] == ["room.read", "workspace.read"]
    post = ("POST", f"/rooms/{room}/messages", {"text": "x"})
    assert await reader.refusal(*post) == (403, "forbidden")
    path = f"/workspaces/{workspace.id}/roles/{role['id']}"
    changed = {"name": "Writers", "permissions": ["room.post", "room.read", "workspace.read"]}
    assert (await workspace.owner.patch(path, changed)).items() >= changed.items()
    await reader.post(f"/rooms/{room}/messages", {"text": "x"})
    assert (await role_named(workspace, "Writers"))["permissions"] == changed["permissions"]


async def test_row_16_a_role_that_loses_a_permission_takes_it_from_open_sockets(workspace: Workspace) -> None:
    role, room = await made(workspace, "Readers", "room.read"), await workspace.room()
    reader = await someone(workspace, "Readers")
    socket = await workspace.socket(reader, room)
    path = f"/workspaces/{workspace.id}/roles/{role['id']}"
    await workspace.owner.patch(path, {"permissions": ["workspace.read"]})
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "not for them"})
    await socket.until(op="gone", room=room)
    assert "not for them" not in str(await socket.settled())
    assert await reader.refusal("GET", f"/rooms/{room}") == (404, "not_found")


async def test_nobody_makes_or_changes_a_role_beyond_their_own(workspace: Workspace) -> None:
    base = f"/workspaces/{workspace.id}"
    await made(workspace, "Stewards", "access.manage", "members.manage", rank=15)
    steward, other = await someone(workspace, "Stewards"), await workspace.member()
    readers = await made(workspace, "Readers", "room.read")
    admin = await role_named(workspace, "admin")
    beyond: list[tuple[str, str, Json]] = [
        ("POST", f"{base}/roles", {"name": "x", "permissions": ["room.read"]}),
        ("POST", f"{base}/roles", {"name": "x", "permissions": [], "rank": 5}),
        ("PATCH", f"{base}/roles/{readers['id']}", {"permissions": ["room.read", "room.post"]}),
        ("PATCH", f"{base}/roles/{admin['id']}", {"permissions": []}),
        ("PUT", f"{base}/members/{other.user['id']}", {"role": "Readers"}),
    ]
    for method, path, body in beyond:
        assert await steward.refusal(method, path, body) == (403, "forbidden"), (method, path, body)
    kept = {"permissions": ["access.manage", "room.read"]}  # what it holds already may stay
    assert (await steward.patch(f"{base}/roles/{readers['id']}", kept)).items() >= kept.items()
    await steward.post(f"{base}/roles", {"name": "Deputies", "permissions": ["access.manage"]})
    await steward.put(f"{base}/members/{other.user['id']}", {"role": "Deputies"}, expect=204)


async def test_the_owner_keeps_everything_and_the_built_in_roles_their_names(workspace: Workspace) -> None:
    base = f"/workspaces/{workspace.id}/roles"
    owner, member = await role_named(workspace, "owner"), await role_named(workspace, "member")
    refused: list[tuple[str, str, Json | None]] = [
        ("PATCH", f"{base}/{owner['id']}", {"permissions": ["workspace.read"]}),
        ("PATCH", f"{base}/{member['id']}", {"name": "folk"}),
        ("DELETE", f"{base}/{member['id']}", None),
        ("POST", base, {"name": "Guest"}),
    ]
    for method, path, body in refused:
        assert await workspace.owner.refusal(method, path, body) == (409, "conflict"), (method, path)
    without = [each for each in member["permissions"] if each != "direct.create"]
    await workspace.owner.patch(f"{base}/{member['id']}", {"permissions": without})
    person = await workspace.member()
    path, body = f"/workspaces/{workspace.id}/direct", {"users": [workspace.owner.user["id"]]}
    assert await person.refusal("POST", path, body) == (403, "forbidden")


async def test_an_owner_takes_back_what_entries_took_from_them(workspace: Workspace) -> None:
    path = f"/workspaces/{workspace.id}/acl"
    there = (await workspace.owner.get(path))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    deny = {"allow": False, "principal": "everyone", "permissions": ["audit.read"]}
    await workspace.owner.put(path, {"items": [deny, *kept]})
    assert await workspace.owner.refusal("GET", f"/workspaces/{workspace.id}/audit") == (403, "forbidden")
    await workspace.owner.put(path, {"items": kept})
    await workspace.owner.get(f"/workspaces/{workspace.id}/audit")


async def test_a_role_goes_when_nobody_has_it_and_its_entries_go_with_it(workspace: Workspace) -> None:
    role, room = await made(workspace, "Readers", "room.read"), await workspace.room()
    path = f"/workspaces/{workspace.id}/roles/{role['id']}"
    items = [{"allow": True, "principal": "role", "principal_id": role["id"], "permissions": ["room.read"]}]
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": items})
    reader = await someone(workspace, "Readers")
    assert await workspace.owner.refusal("DELETE", path) == (409, "role_in_use")
    await give(workspace, reader, "member")
    await workspace.owner.delete(path)
    assert (await workspace.owner.get(f"/rooms/{room}/acl"))["items"] == []
    assert await workspace.owner.refusal("DELETE", path) == (404, "not_found")
    elsewhere = f"/workspaces/{workspace.id}/roles/{uuid.uuid4()}"
    assert await workspace.owner.refusal("PATCH", elsewhere, {}) == (404, "not_found")


async def test_row_20_a_role_of_another_workspace_is_none_of_ours(workspace: Workspace) -> None:
    async with await Workspace.make(workspace.owner) as elsewhere:
        foreign = await made(elsewhere, "Readers")
        path = f"/workspaces/{workspace.id}/roles/{foreign['id']}"
        assert await workspace.owner.refusal("PATCH", path, {"name": "Ours"}) == (404, "not_found")
        assert await workspace.owner.refusal("DELETE", path) == (404, "not_found")


async def test_an_explanation_shows_the_way_to_the_decision(workspace: Workspace) -> None:
    shelf = await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Shelf"})
    room, person = await workspace.room(category=shelf["id"]), await workspace.member()
    deny = {"allow": False, "principal": "everyone", "permissions": ["room.post"]}
    await workspace.owner.put(f"/categories/{shelf['id']}/acl", {"items": [deny]})
    asked = {"user": person.user["id"], "permission": "room.post"}
    told = await workspace.owner.get(f"/rooms/{room}/acl/explain", **asked)
    shown = [
        (step["kind"], [(e["principal"], e["allow"], e["matches"], e["decides"]) for e in step["entries"]])
        for step in told["chain"]
    ]
    assert shown[:2] == [
        ("room", [("members", True, False, False)]),
        ("category", [("everyone", False, True, True)]),
    ]
    kind, entries = shown[2]
    assert kind == "workspace"
    assert [entry for entry in entries if entry[2]] == [("role", True, True, False)]
    assert (told["allowed"], told["decided_by"]["resource"]) == (False, shelf["id"])


async def test_nobody_gives_a_role_that_opens_a_room_they_can_not_read(workspace: Workspace) -> None:
    board, admin = await made(workspace, "Board", "members.manage"), await someone(workspace, "admin")
    room = await workspace.room(kind="private")
    there = (await workspace.owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    opened = {"allow": True, "principal": "role", "principal_id": board["id"], "permissions": ["room.read"]}
    await workspace.owner.put(f"/rooms/{room}/acl", {"items": [opened, *kept]})
    change = (f"/workspaces/{workspace.id}/members/{admin.user['id']}", {"role": "Board"})
    second = await someone(workspace, "member")  # as it may be, an account of the same person
    to_second = (f"/workspaces/{workspace.id}/members/{second.user['id']}", {"role": "Board"})
    for giving in (change, to_second):
        assert await admin.refusal("PUT", *giving) == (403, "forbidden")
    assert await admin.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    await workspace.owner.put(f"/rooms/{room}/members/{admin.user['id']}", expect=204)
    await admin.put(*change, expect=204)


@pytest.mark.parametrize("name", ["Owner", "\uff4f\uff57\uff4e\uff45\uff52", "own\u200ber", "\u24b7oard"])
async def test_no_two_roles_look_the_same(workspace: Workspace, name: str) -> None:
    await made(workspace, "board")
    path = f"/workspaces/{workspace.id}/roles"
    assert await workspace.owner.refusal("POST", path, {"name": name}) == (409, "conflict")


async def test_a_role_that_is_written_anew_does_not_rise_above_a_denial(workspace: Workspace) -> None:
    quiet = await made(workspace, "Quiet", "workspace.read")
    keeper = await made(workspace, "Keeper", "workspace.read", "access.manage")
    person = await someone(workspace, "Keeper")
    at = f"/workspaces/{workspace.id}"
    there = (await workspace.owner.get(f"{at}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    deny = {"allow": False, "principal": "role", "principal_id": quiet["id"], "permissions": ["room.post"]}
    late = {**deny, "allow": True}
    await workspace.owner.put(f"{at}/acl", {"items": [*kept, deny, late]})
    patch = {"permissions": ["room.post", "workspace.read", "access.manage"]}
    assert await person.refusal("PATCH", f"{at}/roles/{quiet['id']}", patch) == (403, "forbidden")
    await person.patch(f"{at}/roles/{quiet['id']}", {"permissions": ["workspace.read", "access.manage"]})
    assert keeper["id"] != quiet["id"]
