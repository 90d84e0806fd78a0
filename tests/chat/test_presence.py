"""Who is typing and who is there: told to those who may know, and never stored."""

import uuid

from tests.clients import Api
from tests.workspaces import Workspace


async def test_typing_is_told_to_the_others_in_the_room(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    room = await workspace.room()
    owner = await workspace.socket(workspace.owner, room)
    mine, elsewhere = await workspace.socket(member, room), await workspace.socket(member, room)
    unrelated = await workspace.socket(workspace.owner)
    head = (await member.get(f"/rooms/{room}"))["head"]
    await mine.push(op="typing", room=room)
    assert await owner.until(op="typing") == {"op": "typing", "room": room, "user": member.user["id"]}
    for silent in (mine, elsewhere, unrelated):
        assert not [frame for frame in await silent.settled() if frame["op"] == "typing"]
    log = await member.get(f"/rooms/{room}/events")
    assert log["head"] == head
    late = await workspace.socket(workspace.owner)
    await late.subscribe(room, since=0)
    assert {frame["op"] for frame in await late.settled()} <= {"welcome", "ev", "heads"}


async def test_much_typing_is_told_once_in_a_while(workspace_sqlite: Workspace) -> None:
    room, member = await workspace_sqlite.room(), await workspace_sqlite.member()
    owner = await workspace_sqlite.socket(workspace_sqlite.owner, room)
    mine = await workspace_sqlite.socket(member, room)
    for _ in range(10):
        assert (await mine.ask(op="typing", room=room))["op"] == "ok"
    assert len([frame for frame in await owner.settled() if frame["op"] == "typing"]) == 1


async def test_row_19_who_may_not_post_does_not_type(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    owner = await workspace.socket(workspace.owner, room)
    await workspace.owner.delete(f"/rooms/{room}")  # archived
    mine = await workspace.socket(member)
    assert (await mine.ask(op="typing", room=room))["code"] == "forbidden"
    assert not [frame for frame in await owner.settled() if frame["op"] == "typing"]


async def test_presence_is_told_to_people_who_share_a_workspace(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    watcher = await workspace.socket(member)
    asked = [other.user["id"], member.user["id"]]
    answer = await watcher.ask(op="presence", users=asked)
    assert answer["users"] == {other.user["id"]: "offline", member.user["id"]: "online"}
    theirs = await workspace.socket(other)
    assert (await watcher.until(op="presence"))["users"] == {other.user["id"]: "online"}
    assert (await theirs.ask(op="presence", state="away"))["op"] == "ok"
    assert (await watcher.until(op="presence"))["users"] == {other.user["id"]: "away"}
    await theirs.close()
    assert (await watcher.until(op="presence"))["users"] == {other.user["id"]: "offline"}


async def test_row_19_strangers_are_not_told_of(workspace: Workspace, member: Api, stranger: Api) -> None:
    watcher = await workspace.socket(member)
    nobody = str(uuid.uuid4())
    answer = await watcher.ask(op="presence", users=[stranger.user["id"], nobody])
    assert answer["users"] == {}
    await workspace.socket(stranger)
    assert not [frame for frame in await watcher.settled() if frame["op"] == "presence"]


async def test_row_19_former_colleagues_are_not_told_of_each_other(workspace: Workspace, member: Api) -> None:
    other, leaving = await workspace.member("other"), await workspace.member("leaving")
    people = [person.user["id"] for person in (member, other, leaving)]
    stays, goes, away = [await workspace.socket(person) for person in (member, leaving, other)]
    for socket in (stays, goes):
        assert (await socket.ask(op="presence", users=people))["users"] == dict.fromkeys(people, "online")
    seat = f"/workspaces/{workspace.id}/members/{leaving.user['id']}"
    await workspace.owner.delete(seat)
    assert (await goes.ask(op="presence", state="away"))["op"] == "ok"
    assert (await away.ask(op="presence", state="away"))["op"] == "ok"
    assert (await stays.until(op="presence"))["users"] == {other.user["id"]: "away"}
    heard = [frame["users"] for frame in await goes.settled() if frame["op"] == "presence"]
    assert heard == [{leaving.user["id"]: "away"}]


async def test_a_new_role_parts_nobody(workspace: Workspace, member: Api) -> None:
    watcher, promoted = await workspace.socket(workspace.owner), await workspace.socket(member)
    people = [workspace.owner.user["id"], member.user["id"]]
    for socket in (watcher, promoted):
        assert len((await socket.ask(op="presence", users=people))["users"]) == len(people)
    seat = f"/workspaces/{workspace.id}/members/{member.user['id']}"
    await workspace.owner.put(seat, {"role": "guest"}, expect=204)
    assert (await promoted.ask(op="presence", state="away"))["op"] == "ok"
    for socket in (watcher, promoted):
        assert (await socket.until(op="presence"))["users"] == {member.user["id"]: "away"}


async def test_one_is_online_until_the_last_connection_ends(workspace: Workspace, member: Api) -> None:
    other = await workspace.member("other")
    watcher = await workspace.socket(member)
    first, second = await workspace.socket(other), await workspace.socket(other)
    await watcher.ask(op="presence", users=[other.user["id"]])
    await first.close()
    await watcher.settled()
    answer = await watcher.ask(op="presence", users=[other.user["id"]])
    assert answer["users"] == {other.user["id"]: "online"}
    await second.close()
    assert (await watcher.until(op="presence"))["users"] == {other.user["id"]: "offline"}


async def test_a_new_list_replaces_the_old_one_and_is_bounded(workspace_sqlite: Workspace) -> None:
    member, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    watcher = await workspace_sqlite.socket(member)
    await watcher.ask(op="presence", users=[other.user["id"]])
    await watcher.ask(op="presence", users=[])
    await workspace_sqlite.socket(other)
    assert not [frame for frame in await watcher.settled() if frame["op"] == "presence"]
    many = [str(uuid.uuid4()) for _ in range(201)]
    assert (await watcher.ask(op="presence", users=many))["code"] == "invalid"
    assert (await watcher.ask(op="presence", state="busy"))["code"] == "invalid"
