"""Direct rooms: one for each group of people, closed to everybody else, the owner included."""

import uuid

from tests.clients import Api
from tests.workspaces import Workspace


async def test_a_direct_room_is_made_once_for_its_people(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    path = f"/workspaces/{workspace.id}/direct"
    made = await member.post(path, {"users": [other.user["id"]]})
    assert made["kind"] == "direct"
    assert {user["id"] for user in made["users"]} == {member.user["id"], other.user["id"]}
    again = await other.post(path, {"users": [member.user["id"], other.user["id"]]}, expect=200)
    assert again["id"] == made["id"]
    listed = (await other.get(f"/workspaces/{workspace.id}/rooms"))["items"]
    assert made["id"] in [room["id"] for room in listed]


async def test_nobody_stands_above_the_people_of_a_direct_room(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    room = (await member.post(f"/workspaces/{workspace.id}/direct", {"users": [other.user["id"]]}))["id"]
    message = await member.post(f"/rooms/{room}/messages", {"text": "between us"})
    owner = workspace.owner
    for path in (
        f"/rooms/{room}",
        f"/rooms/{room}/messages",
        f"/messages/{message['id']}",
        f"/rooms/{room}/acl",
    ):
        assert await owner.refusal("GET", path) == (404, "not_found")
    assert await owner.refusal("DELETE", f"/messages/{message['id']}") == (404, "not_found")
    assert room not in [
        item["id"] for item in (await owner.get(f"/workspaces/{workspace.id}/rooms"))["items"]
    ]
    third = await workspace.member("third")
    for method, path in [
        ("PUT", f"/rooms/{room}/members/{third.user['id']}"),
        ("DELETE", f"/rooms/{room}/members/{other.user['id']}"),
        ("POST", f"/rooms/{room}/leave"),
        ("DELETE", f"/rooms/{room}"),
    ]:
        assert await member.refusal(method, path) == (403, "forbidden"), path


async def test_a_group_has_its_own_room_and_one_can_talk_to_oneself(
    workspace: Workspace, member: Api
) -> None:
    path = f"/workspaces/{workspace.id}/direct"
    second, third = await workspace.member(), await workspace.member()
    pair = await member.post(path, {"users": [second.user["id"]]})
    group = await member.post(path, {"users": [second.user["id"], third.user["id"]]})
    alone = await member.post(path, {"users": [member.user["id"]]})
    assert len({pair["id"], group["id"], alone["id"]}) == 3
    assert len(group["users"]) == 3
    assert [user["id"] for user in alone["users"]] == [member.user["id"]]
    await third.post(f"/rooms/{group['id']}/messages", {"text": "hello, both"})
    assert await third.refusal("GET", f"/rooms/{pair['id']}") == (404, "not_found")


async def test_a_group_is_small_and_all_are_of_the_workspace(workspace: Workspace, member: Api) -> None:
    path = f"/workspaces/{workspace.id}/direct"
    for users in ([], [str(uuid.uuid4())], [str(uuid.uuid4()) for _ in range(10)]):
        assert await member.refusal("POST", path, {"users": users}) == (422, "invalid")


async def test_who_left_and_came_back_finds_the_direct_room_again(workspace: Workspace, member: Api) -> None:
    other, owner = await workspace.member("other"), workspace.owner
    path = f"/workspaces/{workspace.id}/direct"
    room = (await member.post(path, {"users": [other.user["id"]]}))["id"]
    await owner.delete(f"/workspaces/{workspace.id}/members/{other.user['id']}")
    assert await other.refusal("GET", f"/rooms/{room}") == (404, "not_found")
    invite = await owner.post(f"/workspaces/{workspace.id}/invites")
    await other.post(f"/invites/{invite['token']}/accept", expect=200)
    again = await member.post(path, {"users": [other.user["id"]]}, expect=200)
    assert again["id"] == room
    assert {user["id"] for user in again["users"]} == {member.user["id"], other.user["id"]}
    await other.post(f"/rooms/{room}/messages", {"text": "back"})
