"""Drafts: one goes on writing on another device, and no device overwrites what it has not seen."""

import time
import uuid

from tests.attachments import upload
from tests.clients import Api, Json
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
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


def names(draft: Json) -> list[str]:
    return [file["name"] for file in draft["attachments"]]


async def test_files_follow_with_the_draft_until_they_are_sent(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    path = f"/drafts/{room}"
    first, second = [await upload(member, room, name=name) for name in ("one.txt", "two.txt")]
    mine = await workspace.socket(member, room)
    draft = await member.put(path, {"version": 0, "attachments": [first["id"], second["id"]]})
    assert (draft["text"], names(draft)) == ("", ["one.txt", "two.txt"])
    told = await mine.until(op="notice", kind="draft")
    assert [file["id"] for file in told["attachments"]] == [first["id"], second["id"]]
    kept = await member.put(path, {"text": "both", "version": draft["version"]})
    assert names(kept) == ["one.txt", "two.txt"], "a client that knows nothing of files leaves them"
    (listed,) = [each for each in (await member.get("/drafts"))["items"] if each["room"] == room]
    assert listed == kept
    fewer = await member.put(path, {"text": "", "version": kept["version"], "attachments": [second["id"]]})
    assert names(fewer) == ["two.txt"]
    empty = {"text": " ", "version": fewer["version"]}
    assert await member.refusal("PUT", path, empty | {"attachments": []}) == (422, "invalid")
    sent = await member.post(f"/rooms/{room}/messages", {"attachments": [second["id"], first["id"]]})
    await member.delete(path)
    told = await mine.until(op="notice", kind="draft", version=0)
    assert told["attachments"] == []
    assert names(await member.get(f"/messages/{sent['id']}")) == ["two.txt", "one.txt"]


async def test_a_draft_has_files_of_its_writer_alone(workspace: Workspace, member: Api) -> None:
    owner, room, other = workspace.owner, await workspace.room(), await workspace.room()
    for each in (room, other):
        await member.post(f"/rooms/{each}/join", expect=204)
    theirs, elsewhere = await upload(owner, room), await upload(member, other)
    sent, mine = await upload(member, room), await upload(member, room)
    await member.post(f"/rooms/{room}/messages", {"attachments": [sent["id"]]})
    wrong = ([theirs["id"]], [elsewhere["id"]], [sent["id"]], [mine["id"]] * 2, [str(uuid.uuid4())])
    for files in (*wrong, [str(uuid.uuid4()) for _ in range(11)]):
        new = {"text": "x", "version": 0, "attachments": files}
        assert await member.refusal("PUT", f"/drafts/{room}", new) == (422, "invalid"), files
    assert await drafts(member) == [], "nothing of it was stored"
    await member.put(f"/drafts/{room}", {"version": 0, "attachments": [mine["id"]]})
    assert await owner.refusal("GET", f"/files/{mine['id']}") == (404, "not_found")
    await member.delete(f"/files/{mine['id']}")
    (draft,) = (await member.get("/drafts"))["items"]
    assert draft["attachments"] == []


async def test_files_are_not_given_up_while_their_draft_lives(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    kept, loose = await upload(member, room), await upload(member, room)
    draft = await member.put(f"/drafts/{room}", {"version": 0, "attachments": [kept["id"]]})

    async def a_day_later() -> None:
        old = time.time_ns() // 1000 - 25 * 3_600_000_000
        for file in (kept, loose):
            await rows(server, "UPDATE files SET changed_at = $1 WHERE id = $2", old, uuid.UUID(file["id"]))
        await member.delete(f"/files/{(await upload(member, room))['id']}")  # the storage is cleared

    async def is_gone(file: Json) -> bool:
        return (await member.http.get(f"/files/{file['id']}")).status_code == 404

    await a_day_later()
    await eventually(lambda: is_gone(loose))
    assert not await is_gone(kept)
    text = {"text": "without", "version": draft["version"], "attachments": []}
    await member.put(f"/drafts/{room}", text)
    assert not await is_gone(kept), "it can still be sent for a day"
    await a_day_later()
    await eventually(lambda: is_gone(kept))


async def test_who_leaves_a_workspace_leaves_no_drafts_there(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    room, other = await workspace.room(), await workspace.room()
    for place in (room, other):
        await member.post(f"/rooms/{place}/join", expect=204)
    file = await upload(member, room)
    await member.put(f"/drafts/{room}", {"version": 0, "text": "soon", "attachments": [file["id"]]})
    await member.put(f"/drafts/{other}", {"version": 0, "text": "without files"})
    its = "SELECT message_id FROM files WHERE id = $1"
    ((carrier,),) = await rows(server, its, uuid.UUID(file["id"]))
    assert carrier is not None
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    assert await rows(server, its, uuid.UUID(file["id"])) == [(None,)], "it is swept a day later"
    mine = "SELECT room_id FROM drafts WHERE user_id = $1"
    assert await rows(server, mine, uuid.UUID(member.user["id"])) == []


async def test_a_file_that_moves_to_another_draft_leaves_the_first_one(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    path = f"/drafts/{room}"
    root = (await member.post(f"/rooms/{room}/messages", {"text": "root"}))["id"]
    one, two = [(await upload(member, room, name=name))["id"] for name in ("one.txt", "two.txt")]
    first = await member.put(path, {"text": "both", "version": 0, "attachments": [one, two]})
    other = await workspace.socket(member, room)
    answer = await member.put(path, {"thread": root, "version": 0, "attachments": [one]})
    assert names(answer) == ["one.txt"]
    told = await other.until(op="notice", kind="draft", thread=None)
    assert (names(told), told["text"]) == (["two.txt"], "both")
    assert told["version"] > first["version"]
    stale = {"text": "both", "version": first["version"]}
    assert await member.refusal("PUT", path, stale) == (409, "stale_draft")
    alone = await member.put(path, {"version": told["version"], "attachments": [one, two]})
    assert names(alone) == ["one.txt", "two.txt"]
    told = await other.until(op="notice", kind="draft", thread=root, version=0)
    assert names(told) == [], "nothing was left in it"
    answer = await member.put(path, {"thread": root, "version": 0, "attachments": [two, one]})
    await other.until(op="notice", kind="draft", thread=None, version=0)
    assert (await member.get("/drafts"))["items"] == [answer]


async def test_who_leaves_a_room_leaves_the_files_of_drafts_there(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    room, open_room = await workspace.room(kind="private"), await workspace.room()
    inside = f"/rooms/{room}/members/{member.user['id']}"
    await workspace.owner.put(inside, expect=204)
    await member.post(f"/rooms/{open_room}/join", expect=204)
    root = (await member.post(f"/rooms/{room}/messages", {"text": "root"}))["id"]
    files = [await upload(member, place) for place in (room, room, open_room)]
    here, answer, elsewhere = [each["id"] for each in files]
    kept = await member.put(f"/drafts/{room}", {"text": "soon", "version": 0, "attachments": [here]})
    await member.put(f"/drafts/{room}", {"thread": root, "version": 0, "attachments": [answer]})
    stays = await member.put(f"/drafts/{open_room}", {"version": 0, "attachments": [elsewhere]})
    device = await workspace.socket(member, open_room)
    await workspace.owner.delete(inside)
    await device.until(op="notice", kind="draft", thread=root, version=0)
    its = "SELECT message_id IS NULL FROM files WHERE id = $1"
    loose = [bool((await rows(server, its, uuid.UUID(each["id"])))[0][0]) for each in files]
    assert loose == [True, True, False], "they are swept a day later"
    assert (await member.get("/drafts"))["items"] == [stays]
    await workspace.owner.put(inside, expect=204)
    (words,) = [each for each in (await member.get("/drafts"))["items"] if each["room"] == room]
    assert (words["text"], words["thread"], names(words)) == ("soon", None, [])
    assert words["version"] > kept["version"]
