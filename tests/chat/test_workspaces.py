"""Workspaces, their members and roles: given by rank, and never without an owner."""

import uuid

import pytest

from tests.clients import Api
from tests.workspaces import Workspace


async def role_of(workspace: Workspace, person: Api) -> str:
    page = await workspace.owner.get(f"/workspaces/{workspace.id}/members")
    return str(next(item["role"] for item in page["items"] if item["user"]["id"] == person.user["id"]))


async def make(workspace: Workspace, role: str) -> Api:
    person = await workspace.member(role)
    path = f"/workspaces/{workspace.id}/members/{person.user['id']}"
    await workspace.owner.put(path, {"role": role}, expect=204)
    return person


async def test_one_sees_the_workspaces_one_belongs_to(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    mine = (await member.get("/workspaces"))["items"]
    assert [(item["id"], item["role"]) for item in mine] == [(workspace.id, "member")]
    assert "members.manage" not in mine[0]["permissions"]
    assert workspace.id not in [item["id"] for item in (await stranger.get("/workspaces"))["items"]]
    owned = next(w for w in (await workspace.owner.get("/workspaces"))["items"] if w["id"] == workspace.id)
    assert owned["role"] == "owner"
    assert "members.manage" in owned["permissions"]


async def test_only_owners_make_another_workspace(workspace: Workspace, member: Api) -> None:
    assert await member.refusal("POST", "/workspaces", {"name": "Mine"}) == (403, "forbidden")
    admin = await make(workspace, "admin")
    assert await admin.refusal("POST", "/workspaces", {"name": "Mine"}) == (403, "forbidden")


async def test_the_built_in_roles_from_the_highest_down(workspace: Workspace, member: Api) -> None:
    roles = (await member.get(f"/workspaces/{workspace.id}/roles"))["items"]
    assert [role["name"] for role in roles] == ["owner", "admin", "moderator", "member", "guest"]
    assert all(role["built_in"] for role in roles)


async def test_roles_are_given_up_to_ones_own(workspace: Workspace, member: Api) -> None:
    admin, path = await make(workspace, "admin"), f"/workspaces/{workspace.id}/members/"
    someone = path + member.user["id"]
    for role in ("moderator", "guest", "admin", "member"):
        await admin.put(someone, {"role": role}, expect=204)
        assert await role_of(workspace, member) == role
    assert await admin.refusal("PUT", someone, {"role": "owner"}) == (403, "forbidden")
    assert await admin.refusal("PUT", path + workspace.owner.user["id"], {"role": "guest"}) == (
        403,
        "forbidden",
    )
    assert await admin.refusal("DELETE", path + workspace.owner.user["id"]) == (403, "forbidden")
    assert await admin.refusal("PUT", path + admin.user["id"], {"role": "owner"}) == (403, "forbidden")
    assert await admin.refusal("PUT", someone, {"role": "emperor"}) == (422, "invalid")
    assert await admin.refusal("PUT", path + str(uuid.uuid4()), {"role": "guest"}) == (404, "not_found")
    assert await role_of(workspace, workspace.owner) == "owner"


@pytest.mark.parametrize("role", ["moderator", "member", "guest"])
async def test_who_does_not_manage_members_changes_nothing(workspace: Workspace, role: str) -> None:
    person, victim = await make(workspace, role), await workspace.member()
    path = f"/workspaces/{workspace.id}/members/"
    assert await person.refusal("PUT", path + person.user["id"], {"role": "admin"}) == (403, "forbidden")
    assert await person.refusal("PUT", path + victim.user["id"], {"role": "guest"}) == (403, "forbidden")
    assert await person.refusal("DELETE", path + victim.user["id"]) == (403, "forbidden")
    assert await role_of(workspace, victim) == "member"


async def test_a_workspace_keeps_an_owner(workspace: Workspace, member: Api) -> None:
    owner, path = workspace.owner, f"/workspaces/{workspace.id}/members/"
    assert await owner.refusal("PUT", path + owner.user["id"], {"role": "admin"}) == (409, "conflict")
    assert await owner.refusal("DELETE", path + owner.user["id"]) == (409, "conflict")
    await owner.put(path + member.user["id"], {"role": "owner"}, expect=204)
    await owner.put(path + owner.user["id"], {"role": "member"}, expect=204)
    assert await member.refusal("DELETE", path + member.user["id"]) == (409, "conflict")


async def test_one_can_leave_and_all_rooms_are_told(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    await member.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    assert await member.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    assert (await member.get("/workspaces"))["items"] == []
    last = (await workspace.owner.get(f"/rooms/{room}/events"))["events"][-1]
    assert (last["type"], last["body"]) == ("member.left", {"user": member.user["id"]})


async def test_who_is_removed_is_told_and_cannot_come_back_alone(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    socket = await workspace.socket(member, room)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    await socket.until(op="gone", room=room)
    assert await member.refusal("POST", f"/rooms/{room}/join") == (404, "not_found")
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "without you"})
    assert not any(frame.get("body", {}).get("text") for frame in await socket.settled())
