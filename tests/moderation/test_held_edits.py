"""Edits that a moderator sees first: until then everybody reads the text that was there."""

import asyncio
import uuid

from tests.clients import Api, Json
from tests.moderation.test_reporting import moderator_in
from tests.workspaces import Workspace


async def written(author: Api, owner: Api, room: str, text: str = "harmless") -> Json:
    """A message from before its room had rules that hold all."""
    made: Json = await author.post(f"/rooms/{room}/messages", {"text": text})
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    return made


async def waiting(owner: Api, room: str) -> list[Json]:
    return list((await owner.get(f"/rooms/{room}/held"))["items"])


async def test_everybody_sees_the_old_text_until_it_is_approved(workspace: Workspace) -> None:
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    message = await written(author, owner, room)
    at = f"/messages/{message['id']}"
    listener, mine = await workspace.socket(reader, room), await workspace.socket(author, room)
    log = await reader.get(f"/rooms/{room}/events")
    held = await author.patch(at, {"text": "xylophone"}, expect=202)
    assert (held["state"], held["dup"], held["edits"], held["room"]) == (
        "waiting",
        False,
        message["id"],
        room,
    )
    told = await mine.until(op="notice", kind="held")
    assert (told["state"], told["edits"], told["held"]) == ("waiting", message["id"], held["id"])
    for person in (reader, author, owner):
        assert await person.get(at) == message
        assert (await person.get(f"/rooms/{room}/messages"))["items"] == [message]
        assert (await person.get(f"{at}/edits"))["items"][-1]["text"] == "harmless"
        assert await person.get(f"/rooms/{room}/events") == log
        assert (await person.get("/search", q="xylophone", workspace=workspace.id))["items"] == []
    assert (await reader.get(f"/rooms/{room}/held/mine"))["items"] == []
    assert await reader.refusal("GET", f"/rooms/{room}/held") == (403, "forbidden")
    (own,) = (await author.get(f"/rooms/{room}/held/mine", state="waiting"))["items"]
    assert (own["text"], own["edits"], own["before"]) == ("xylophone", message["id"], "harmless")
    assert (await owner.get(f"/workspaces/{workspace.id}/held"))["items"] == [own]
    assert [frame for frame in await listener.settled() if frame["op"] in {"ev", "notice"}] == []


async def test_an_approved_edit_is_its_authors_and_counts_once(workspace: Workspace) -> None:
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    message = await written(author, owner, room)
    at = f"/messages/{message['id']}"
    held = await author.patch(at, {"text": "xylophone"}, expect=202)
    listener, mine = await workspace.socket(reader, room), await workspace.socket(author, room)
    approve = f"/rooms/{room}/held/{held['id']}/approve"
    assert await reader.refusal("POST", approve, {}) == (403, "forbidden")
    done = await asyncio.gather(*(owner.post(approve, {"text": "xylophones"}, expect=200) for _ in range(3)))
    assert [(each["state"], each["message"], each["text"]) for each in done] == [
        ("approved", message["id"], "")
    ] * 3
    event = await listener.event("message.updated")
    assert (event["sender"], event["body"]["text"]) == (author.user["id"], "xylophones")
    told = await mine.until(op="notice", kind="held", state="approved")
    assert (told["message"], told["edits"]) == (message["id"], message["id"])
    now = await reader.get(at)
    assert (now["text"], now["seq"]) == ("xylophones", message["seq"])
    assert now["edited_at"] is not None
    acts = (await owner.get(f"/workspaces/{workspace.id}/audit", subject=author.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["held.edited", "held.approved"]
    assert (await author.get(f"/rooms/{room}/held/mine", state="waiting"))["items"] == []


async def test_on_the_socket_an_edit_is_asked_for_once(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    message = await written(author, owner, room)
    socket = await workspace.socket(author, room)
    cid = str(uuid.uuid4())
    edit = {"op": "edit", "message": message["id"], "text": "second", "cid": cid}
    first, again = await socket.ask(**edit), await socket.ask(**edit)
    assert (first["op"], first["state"], first["edits"], first["cid"]) == (
        "held",
        "waiting",
        message["id"],
        cid,
    )
    assert (again["id"], again["dup"]) == (first["id"], True)
    assert (await socket.ask(**{**edit, "text": "third"}))["code"] == "conflict"
    assert (await socket.send(room, "a message", cid))["code"] == "conflict"
    await owner.post(f"/rooms/{room}/held/{first['id']}/approve", {"text": "2nd"}, expect=200)
    after = await socket.ask(**edit)
    assert (after["op"], after["dup"]) == ("ack", True)
    log = (await author.get(f"/rooms/{room}/events"))["events"]
    assert [each["cid"] for each in log].count(cid) == 1
    refused = await socket.ask(**{**edit, "text": "rude", "cid": str(uuid.uuid4())})
    await owner.post(f"/rooms/{room}/held/{refused['id']}/reject", {"reason": "too rude"}, expect=200)
    told = await socket.until(op="notice", kind="held", state="rejected")
    assert (told["reason"], told["edits"], told["message"]) == ("too rude", message["id"], None)
    assert (await author.get(f"/messages/{message['id']}"))["text"] == "2nd"


async def test_a_newer_edit_a_deletion_and_its_author_take_it_back(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    message = await written(author, owner, room)
    at, held = f"/messages/{message['id']}", f"/rooms/{room}/held"
    first = await author.patch(at, {"text": "first"}, expect=202)
    second = await author.patch(at, {"text": "second"}, expect=202)
    assert [each["id"] for each in await waiting(owner, room)] == [second["id"]]
    assert await owner.refusal("POST", f"{held}/{first['id']}/approve", {}) == (409, "conflict")
    await owner.put(f"/rooms/{room}/rules", {})
    await author.patch(at, {"text": "no rules now"})
    assert await waiting(owner, room) == []
    assert await owner.refusal("POST", f"{held}/{second['id']}/approve", {}) == (409, "conflict")
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    third = await author.patch(at, {"text": "third"}, expect=202)
    other = await workspace.member()
    assert await other.refusal("DELETE", f"{held}/{third['id']}") == (404, "not_found")
    socket = await workspace.socket(author)
    await author.delete(f"{held}/{third['id']}")
    assert (await socket.until(op="notice", kind="held"))["state"] == "withdrawn"


async def test_with_its_message_an_edit_is_gone(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    message = await written(author, owner, room)
    at, held = f"/messages/{message['id']}", f"/rooms/{room}/held"
    await author.patch(at, {"text": "fourth"}, expect=202)
    refused = await author.patch(at, {"text": "fifth"}, expect=202)
    await owner.post(f"{held}/{refused['id']}/reject", {"reason": "no"}, expect=200)
    await author.patch(at, {"text": "sixth"}, expect=202)
    await owner.delete(at)
    assert await waiting(owner, room) == []
    mine = (await author.get(f"{held}/mine"))["items"]
    assert [(each["text"], each["state"]) for each in mine] == [
        ("", "withdrawn"),
        ("", "rejected"),
        ("", "withdrawn"),
    ]
    assert {each["before"] for each in mine} == {None}
    assert (await author.get(at))["text"] == ""
    asked = {"held": refused["id"], "text": "Please."}
    appeal = await author.post("/users/me/appeals", asked)
    accept = f"/workspaces/{workspace.id}/appeals/{appeal['id']}/accept"
    moderator = await moderator_in(workspace)
    assert await moderator.refusal("POST", accept, {}) == (409, "not_kept")


async def test_row_22_what_its_author_may_not_edit_any_more_is_not_let_through(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    root = await owner.post(f"/rooms/{room}/messages", {"text": "root"})
    answer = await author.post(f"/rooms/{room}/messages", {"text": "answer", "thread": root["id"]})
    message = await written(author, owner, room)
    held = await author.patch(f"/messages/{message['id']}", {"text": "late"}, expect=202)
    inside = await author.patch(f"/messages/{answer['id']}", {"text": "late"}, expect=202)
    approve, in_thread = (f"/rooms/{room}/held/{each['id']}/approve" for each in (held, inside))
    mute = f"/rooms/{room}/sanctions/{author.user['id']}/mute"
    await owner.put(mute)
    assert await owner.refusal("POST", approve, {}) == (409, "author_may_not_post")
    await owner.delete(mute)
    closed = {"allow": False, "principal": "authenticated", "permissions": ["room.post"]}
    await owner.put(f"/messages/{root['id']}/acl", {"items": [closed]})
    assert await owner.refusal("POST", in_thread, {}) == (409, "author_may_not_post")
    await owner.put(f"/messages/{root['id']}/acl", {"items": []})
    await owner.post(in_thread, expect=200)
    gone = await author.ask("POST", f"/rooms/{room}/leave")
    assert gone.status_code == 204
    await owner.put(f"/rooms/{room}/sanctions/{author.user['id']}/ban")
    assert await owner.refusal("POST", approve, {}) == (409, "author_may_not_post")
    await owner.delete(f"/rooms/{room}/sanctions/{author.user['id']}/ban")
    await owner.delete(f"/rooms/{room}")
    assert await owner.refusal("POST", approve, {}) == (409, "author_may_not_post")
    assert (await owner.get(f"/messages/{message['id']}"))["text"] == "harmless"
    assert (await owner.get(f"/messages/{answer['id']}"))["text"] == "late"


async def test_an_appeal_brings_a_rejected_edit_unless_something_newer_came(workspace: Workspace) -> None:
    owner, moderator = workspace.owner, await moderator_in(workspace)
    author, room = await workspace.member(), await workspace.room()
    message = await written(author, owner, room)
    at, held = f"/messages/{message['id']}", f"/rooms/{room}/held"

    async def rejected(text: str) -> str:
        edit = await author.patch(at, {"text": text}, expect=202)
        await owner.post(f"{held}/{edit['id']}/reject", {"reason": "no"}, expect=200)
        appeal = await author.post("/users/me/appeals", {"held": edit["id"], "text": "Look again."})
        assert (appeal["message"], appeal["because"]) == (text, "no")
        return f"/workspaces/{workspace.id}/appeals/{appeal['id']}/accept"

    first, second, third = await rejected("first"), await rejected("second"), await rejected("third")
    await moderator.post(second, expect=200)
    assert (await author.get(at))["text"] == "second"
    assert await moderator.refusal("POST", first, {}) == (409, "edited_since")
    newer = await author.patch(at, {"text": "newer"}, expect=202)
    assert await moderator.refusal("POST", third, {}) == (409, "edited_since")
    await owner.post(f"{held}/{newer['id']}/approve", expect=200)
    assert (await author.get(at))["text"] == "newer"


async def test_moderators_edit_and_what_is_quoted_is_shown_to_who_may_read_it(workspace: Workspace) -> None:
    owner, moderator, author = workspace.owner, await moderator_in(workspace), await workspace.member()
    room, closed = await workspace.room(), await workspace.room(kind="private")
    await owner.put(f"/rooms/{closed}/members/{author.user['id']}", expect=204)
    said = await owner.post(f"/rooms/{room}/messages", {"text": "open to all"})
    secret = await owner.post(f"/rooms/{closed}/messages", {"text": "behind a door"})
    own = await moderator.post(f"/rooms/{room}/messages", {"text": "of a moderator"})
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    await moderator.patch(f"/messages/{own['id']}", {"text": "changed at once"})
    for quoted in (said, secret):
        await author.post(f"/rooms/{room}/messages", {"text": "see", "quote": quoted["id"]}, expect=202)
    for reader, texts in (
        (owner, ["open to all", "behind a door"]),
        (moderator, ["open to all", None]),
        (author, ["open to all", "behind a door"]),
    ):
        path = "/mine" if reader is author else ""
        found = (await reader.get(f"/rooms/{room}/held{path}"))["items"]
        assert [each["quoted"] and each["quoted"]["text"] for each in found] == texts
        assert [each["quote"] for each in found] == [said["id"], secret["id"]]
        assert {each["edits"] for each in found} == {None}
    await owner.delete(f"/messages/{said['id']}")
    assert {each["quoted"] for each in await waiting(moderator, room)} == {None}
