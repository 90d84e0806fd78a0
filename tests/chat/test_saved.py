"""Saved messages: kept for later, told to nobody else, and shown as long as one may read them."""

import uuid

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def saved(person: Api) -> list[str]:
    items = (await person.get("/saved"))["items"]
    assert (await person.get("/saved/ids"))["messages"] == [each["message"]["id"] for each in items]
    return [each["message"]["text"] for each in items]


async def said(workspace: Workspace, room: str, *texts: str) -> list[Json]:
    return [await workspace.owner.post(f"/rooms/{room}/messages", {"text": text}) for text in texts]


async def test_saved_messages_are_listed_and_told_to_oneself_alone(workspace: Workspace, member: Api) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    first, second, third = await said(workspace, room, "first", "second", "third")
    mine, other = await workspace.socket(member, room), await workspace.socket(owner, room)
    for message in (second, first, third):
        await member.put(f"/messages/{message['id']}/saved", expect=204)
        told = await mine.until(op="notice", kind="saved")
        assert (told["message"], told["saved"]) == (message["id"], True)
    await member.put(f"/messages/{first['id']}/saved", expect=204)
    assert await saved(member) == ["third", "first", "second"]
    assert await saved(owner) == []
    page = await member.get("/saved", limit=2)
    assert [each["message"] for each in page["items"]] == [
        await member.get(f"/messages/{each['id']}") for each in (third, first)
    ]
    rest = await member.get("/saved", limit=2, after=page["next"])
    assert ([each["message"]["text"] for each in rest["items"]], rest["next"]) == (["second"], None)
    for _ in range(2):
        await member.delete(f"/messages/{first['id']}/saved")
    told = await mine.until(op="notice", kind="saved")
    assert (told["message"], told["saved"]) == (first["id"], False)
    assert await saved(member) == ["third", "second"]
    assert not [frame for frame in await other.settled() if frame["op"] == "notice"]
    types = [event["type"] for event in (await owner.get(f"/rooms/{room}/events"))["events"]]
    assert types[-1] == "message.created"  # the room's log knows nothing of it


async def test_what_may_not_be_read_any_more_is_not_shown(workspace: Workspace, member: Api) -> None:
    owner, private = workspace.owner, await workspace.room(kind="private")
    room = await workspace.room()
    inside = f"/rooms/{private}/members/{member.user['id']}"
    (hidden,), (gone, there) = await said(workspace, private, "hidden"), await said(workspace, room, "x", "y")
    assert await member.refusal("PUT", f"/messages/{hidden['id']}/saved") == (404, "not_found")
    assert await member.refusal("PUT", f"/messages/{uuid.uuid4()}/saved") == (404, "not_found")
    await owner.put(inside, expect=204)
    for message in (hidden, gone, there):
        await member.put(f"/messages/{message['id']}/saved", expect=204)
    await owner.delete(f"/messages/{gone['id']}")
    assert await saved(member) == ["y", "hidden"]
    await owner.delete(inside)
    assert await saved(member) == ["y"]
    assert await owner.refusal("PUT", f"/messages/{gone['id']}/saved") == (404, "not_found")
    await owner.put(inside, expect=204)
    assert await saved(member) == ["y", "hidden"]  # it was only out of reach
    await owner.delete(inside)
    await member.delete(f"/messages/{hidden['id']}/saved")  # one can let go of it all the same
    await owner.put(inside, expect=204)
    assert await saved(member) == ["y"]
