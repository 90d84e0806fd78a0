"""Drafts: one goes on writing on another device, and no device overwrites what it has not seen."""

from tests.clients import Api
from tests.workspaces import Workspace


async def drafts(person: Api) -> list[tuple[str, str | None, str]]:
    return [(each["room"], each["thread"], each["text"]) for each in (await person.get("/drafts"))["items"]]


async def test_a_draft_follows_its_writer_and_nobody_else(workspace: Workspace, member: Api) -> None:
    owner, room = workspace.owner, await workspace.room()
    root = (await owner.post(f"/rooms/{room}/messages", {"text": "root"}))["id"]
    mine, other = await workspace.socket(member, room), await workspace.socket(owner, room)
    path = f"/drafts/{room}"
    first = await member.put(path, {"text": "Hel", "version": 0})
    told = await mine.until(op="notice", kind="draft")
    assert (told["room"], told["thread"], told["text"]) == (room, None, "Hel")
    assert told["version"] == first["version"]
    answer = await member.put(path, {"text": "Dear", "version": 0, "thread": root})
    second = await member.put(path, {"text": "Hello", "version": first["version"]})
    assert second["version"] > first["version"]
    assert await drafts(member) == [(room, None, "Hello"), (room, root, "Dear")]
    assert room not in {where for where, _, _ in await drafts(owner)}
    for stale in (0, first["version"]):
        assert await member.refusal("PUT", path, {"text": "old", "version": stale}) == (409, "stale_draft")
    await member.call("DELETE", path, expect=204, version=first["version"])  # it was changed since
    await member.call("DELETE", path, expect=204, thread=root, version=answer["version"])
    assert await drafts(member) == [(room, None, "Hello")]
    await member.delete(path)
    assert await drafts(member) == []
    told = await mine.until(op="notice", kind="draft", version=0, thread=None)
    assert told["text"] == ""
    late = {"text": "was sent elsewhere", "version": second["version"]}
    assert await member.refusal("PUT", path, late) == (409, "stale_draft")
    assert not [frame for frame in await other.settled() if frame["op"] == "notice"]


async def test_drafts_are_for_rooms_that_one_may_read(workspace: Workspace, member: Api) -> None:
    owner, room = workspace.owner, await workspace.room(kind="private")
    draft, inside = {"text": "x", "version": 0}, f"/rooms/{room}/members/{member.user['id']}"
    assert await member.refusal("PUT", f"/drafts/{room}", draft) == (404, "not_found")
    await owner.put(inside, expect=204)
    kept = await member.put(f"/drafts/{room}", draft)
    elsewhere = await owner.post(f"/rooms/{await workspace.room()}/messages", {"text": "elsewhere"})
    answer = draft | {"thread": elsewhere["id"]}
    assert await member.refusal("PUT", f"/drafts/{room}", answer) == (422, "invalid")
    for wrong in ({"text": " "}, {"text": "x" * 16_001}, {"version": -1}):
        assert await member.refusal("PUT", f"/drafts/{room}", draft | wrong) == (422, "invalid")
    await owner.delete(inside)
    assert await drafts(member) == []
    again = draft | {"version": kept["version"]}
    assert await member.refusal("PUT", f"/drafts/{room}", again) == (404, "not_found")
    await owner.put(inside, expect=204)
    assert await drafts(member) == [(room, None, "x")]
