"""Who may decide hears at once that something waits; nobody else does."""

import asyncio

from tests.clients import Json
from tests.workspaces import Workspace


async def test_who_may_decide_is_told_what_came(workspace: Workspace) -> None:
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room, elsewhere = await workspace.room(), await workspace.room()
    moderators, readers = await workspace.socket(owner), await workspace.socket(reader, room)
    authors = await workspace.socket(author, room)
    told: Json = {"workspace": workspace.id, "room": room}
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    await author.post(f"/rooms/{room}/messages", {"text": "hm"}, expect=202)
    await moderators.until(op="notice", kind="to_decide", what="held", **told)
    await owner.put(f"/rooms/{room}/rules", {})
    said = await author.post(f"/rooms/{room}/messages", {"text": "rude"})
    await reader.post(f"/messages/{said['id']}/reports", {"reason": "spam"})
    await moderators.until(op="notice", kind="to_decide", what="report", **told)
    await owner.put(f"/rooms/{elsewhere}/sanctions/{author.user['id']}/mute", {"reason": "loud"})
    (sanction,) = (await author.get("/users/me/sanctions"))["items"]
    await author.post("/users/me/appeals", {"sanction": sanction["id"], "text": "why?"})
    await moderators.until(
        op="notice", kind="to_decide", what="appeal", workspace=workspace.id, room=elsewhere
    )
    person = {"reason": "spam", "user": author.user["id"]}
    await reader.post(f"/workspaces/{workspace.id}/reports", person)
    await moderators.until(op="notice", kind="to_decide", what="report", workspace=workspace.id, room=None)
    for socket in (readers, authors):
        frames = await socket.settled()
        assert [frame for frame in frames if frame.get("kind") == "to_decide"] == []


async def test_many_at_once_are_told_and_a_moderator_of_one_room_hears_of_that_alone(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, author, helper = workspace.owner, await workspace.member(), await workspace.member()
    here, there = await workspace.room(), await workspace.room()
    entries = (await owner.get(f"/rooms/{here}/acl"))["items"]
    new = {
        "allow": True,
        "principal": "user",
        "principal_id": helper.user["id"],
        "permissions": ["messages.moderate"],
    }
    kept = [{key: e[key] for key in ("allow", "principal", "principal_id", "permissions")} for e in entries]
    await owner.put(f"/rooms/{here}/acl", {"items": [new, *kept]})
    socket, moderators = await workspace.socket(helper), await workspace.socket(owner)
    for room in (here, there):
        await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    sent = [
        author.post(f"/rooms/{room}/messages", {"text": str(n)}, expect=202)
        for n in range(5)
        for room in (there, here)
    ]
    await asyncio.gather(*sent)
    rooms: set[str] = set()
    while rooms != {here, there}:
        rooms.add((await moderators.until(op="notice", kind="to_decide", what="held"))["room"])
    await socket.until(op="notice", kind="to_decide", what="held", room=here)
    assert [f for f in await socket.settled() if f.get("kind") == "to_decide" and f["room"] == there] == []
