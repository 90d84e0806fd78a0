"""Scheduled messages: sent once when their time has come, if their author may send them then."""

import asyncio
import time
import uuid
from typing import Any

from tests.attachments import upload
from tests.clients import PATIENCE, Api, Json
from tests.job_rows import in_an_hour, rows
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def scheduled(person: Api) -> dict[str, Json]:
    return {each["text"]: each for each in (await person.get("/scheduled"))["items"]}


async def later(person: Api, room: str, text: str, **more: Any) -> Json:
    made: Json = await person.post(f"/rooms/{room}/scheduled", {"text": text, "at": in_an_hour(), **more})
    return made


async def bring_forward(server: Talkoot, *those: Json) -> None:
    """The hour is over for these, whatever the clock says."""
    past = time.time_ns() // 1000 - 1_000_000
    for each in those:
        id_ = uuid.UUID(each["id"])
        await rows(server, "UPDATE scheduled_messages SET due_at = $1 WHERE id = $2", past, id_)
        await rows(server, "UPDATE jobs SET due_at = $1 WHERE payload LIKE $2", past, f"%{each['id']}%")


async def until_decided(person: Api, *texts: str) -> dict[str, Json]:
    """What is known of these messages when none of them waits any more."""
    end = time.monotonic() + PATIENCE
    while True:
        found = await scheduled(person)
        if not any(found[text]["state"] == "waiting" for text in texts if text in found):
            return found
        assert time.monotonic() < end, found
        await asyncio.sleep(0.1)


async def test_it_is_sent_once_in_its_authors_name(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    root = await owner.post(f"/rooms/{room}/messages", {"text": "root"})
    mine, other = await workspace.socket(member, room), await workspace.socket(owner, room)
    first = await later(member, room, "frist")
    reply = await later(member, room, "reply", thread=root["id"])
    gone, waiting = await later(member, room, "regretted"), await later(member, room, "waits")
    assert await scheduled(owner) == {}
    for method, body in (("PATCH", {"text": "other"}), ("DELETE", None)):
        assert await owner.refusal(method, f"/scheduled/{first['id']}", body) == (404, "not_found")
    await member.patch(f"/scheduled/{first['id']}", {"text": "first", "at": first["at"]})
    await member.delete(f"/scheduled/{gone['id']}")
    assert await member.refusal("DELETE", f"/scheduled/{gone['id']}") == (404, "not_found")
    await bring_forward(server, first, reply, gone)
    await member.patch(f"/scheduled/{waiting['id']}", {"text": "waits on"})  # whoever does the jobs looks
    told = [await other.event("message.created") for _ in range(2)]
    assert {each["sender"] for each in told} == {member.user["id"]}
    said = {each["body"]["text"]: each["body"]["thread"] for each in told}
    assert said == {"first": None, "reply": root["id"]}
    for _ in range(2):
        await mine.until(op="notice", kind="scheduled", state="sent")
    assert (await scheduled(member)).keys() == {"waits on"}
    page = (await owner.get(f"/rooms/{room}/messages"))["items"]
    assert [each["text"] for each in page] == ["root", "first"]
    assert not [frame for frame in await other.settled() if frame.get("kind") == "scheduled"]


async def test_row_22_who_may_not_send_it_then_is_told_why(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, me = workspace.owner, member.user["id"]
    rooms = {name: await workspace.room() for name in ("archived", "muted", "closed", "held")}
    rooms["lost"] = await workspace.room(kind="private")
    for room in rooms.values():
        await owner.put(f"/rooms/{room}/members/{me}", expect=204)
    root = (await owner.post(f"/rooms/{rooms['closed']}/messages", {"text": "root"}))["id"]
    made = {name: await later(member, rooms[name], name) for name in rooms if name != "closed"}
    made["closed"] = await later(member, rooms["closed"], "closed", thread=root)
    await owner.patch(f"/rooms/{rooms['archived']}", {"archived": True})
    await owner.put(f"/rooms/{rooms['muted']}/sanctions/{me}/mute", {})
    closed = {"allow": False, "principal": "members", "permissions": ["room.post"]}
    await owner.put(f"/messages/{root}/acl", {"items": [closed]})
    await owner.put(f"/rooms/{rooms['held']}/rules", {"hold_all": True})
    await owner.delete(f"/rooms/{rooms['lost']}/members/{me}")
    await bring_forward(server, *made.values())
    await owner.delete(f"/scheduled/{(await later(owner, rooms['muted'], 'look'))['id']}")
    found = await until_decided(member, *made)
    codes = {"archived": "forbidden", "muted": "forbidden", "closed": "thread_closed", "lost": "not_found"}
    assert {name: each["code"] for name, each in found.items()} == codes
    assert all(each["reason"] for each in found.values())
    assert [each["text"] for each in (await owner.get(f"/rooms/{rooms['held']}/held"))["items"]] == ["held"]
    for name in rooms:
        page = (await owner.get(f"/rooms/{rooms[name]}/messages"))["items"]
        assert name not in {each["text"] for each in page}
    again = f"/scheduled/{made['archived']['id']}"
    assert await member.refusal("PATCH", again, {"at": in_an_hour()}) == (403, "forbidden")
    await owner.patch(f"/rooms/{rooms['archived']}", {"archived": False})
    told = await member.patch(again, {"at": in_an_hour()})
    assert (told["state"], told["code"], told["reason"]) == ("waiting", None, None)


async def test_times_and_numbers_have_bounds(workspace_sqlite: Workspace) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    person, path = await workspace_sqlite.member(), f"/rooms/{room}/scheduled"
    soon = in_an_hour()
    for at in ("2020-01-01T00:00:00Z", "2300-01-01T00:00:00Z", soon[:19], "soon"):
        assert await person.refusal("POST", path, {"text": "x", "at": at}) == (422, "invalid")
    for wrong in ({"text": " "}, {"thread": str(uuid.uuid4())}):
        assert await person.refusal("POST", path, {"text": "x", "at": soon} | wrong) == (422, "invalid")
    await owner.put(f"/rooms/{room}/sanctions/{person.user['id']}/mute", {})
    assert await person.refusal("POST", path, {"text": "x", "at": soon}) == (403, "forbidden")
    await owner.delete(f"/rooms/{room}/sanctions/{person.user['id']}/mute")
    made = [await later(person, room, str(number)) for number in range(100)]
    assert await person.refusal("POST", path, {"text": "x", "at": soon}) == (409, "too_many")
    await person.delete(f"/scheduled/{made[0]['id']}")
    await later(person, room, "one more")


async def test_files_quotes_and_polls_are_sent_with_it(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    quoted = await owner.post(f"/rooms/{room}/messages", {"text": "as it was"})
    first, second = [await upload(member, room, name=name) for name in ("one.txt", "two.txt")]
    ids = [second["id"], first["id"]]
    asked = {"question": "When?", "options": ["Now", "Then"], "closes_at": in_an_hour(2)}
    made = await later(member, room, "with it", attachments=ids, quote=quoted["id"])
    poll = await later(member, room, "", poll=asked)
    assert (poll["text"], poll["poll"]["question"]) == ("When?", "When?")
    assert {file["id"] for file in made["attachments"]} == {*ids}
    for used in ({"attachments": ids[:1]}, {"text": "x", "at": in_an_hour(), "attachments": ids[1:]}):
        where = "scheduled" if "at" in used else "messages"
        assert await member.refusal("POST", f"/rooms/{room}/{where}", used) == (422, "invalid"), used
    assert await member.refusal("DELETE", f"/files/{ids[0]}") == (409, "conflict")
    assert await owner.refusal("GET", f"/files/{ids[0]}") == (404, "not_found")
    late = {"at": in_an_hour(3)}
    assert await member.refusal("PATCH", f"/scheduled/{poll['id']}", late) == (422, "invalid")
    await owner.patch(f"/messages/{quoted['id']}", {"text": "as it is"})
    await bring_forward(server, made, poll)
    await owner.delete(f"/scheduled/{(await later(owner, room, 'look'))['id']}")
    await until_decided(member, "with it", "When?")
    assert await scheduled(member) == {}
    said = {each["text"]: each for each in (await owner.get(f"/rooms/{room}/messages"))["items"]}
    assert [file["name"] for file in said["with it"]["attachments"]] == ["two.txt", "one.txt"]
    assert said["with it"]["quote"]["text"] == "as it is"
    assert (await owner.http.get(f"/files/{ids[0]}")).status_code == 200
    assert said["When?"]["poll"]["closes_at"][:19] == asked["closes_at"][:19]
    vote = f"/messages/{said['When?']['id']}/poll/vote"
    assert (await owner.put(vote, {"options": [0]}))["poll"]["voters"] == 1


async def test_row_22_what_is_gone_by_then_is_told_and_the_rest_is_kept(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    quoted = await owner.post(f"/rooms/{room}/messages", {"text": "soon deleted"})
    stays, goes = await upload(member, room, name="stays.txt"), await upload(member, room)
    made = {
        "filed": await later(member, room, "filed", attachments=[goes["id"], stays["id"]]),
        "quoting": await later(member, room, "quoting", quote=quoted["id"]),
    }
    await owner.delete(f"/messages/{quoted['id']}")
    await rows(server, "UPDATE files SET state = 'gone' WHERE id = $1", uuid.UUID(goes["id"]))
    mine = await workspace.socket(member, room)
    await bring_forward(server, *made.values())
    await owner.delete(f"/scheduled/{(await later(owner, room, 'look'))['id']}")
    for _ in made:
        assert (await mine.until(op="notice", kind="scheduled", state="refused"))["reason"]
    found = await until_decided(member, *made)
    codes = {name: each["code"] for name, each in found.items()}
    assert codes == {"filed": "file_gone", "quoting": "quote_gone"}
    assert [file["name"] for file in found["filed"]["attachments"]] == ["stays.txt"]
    assert await member.refusal("DELETE", f"/files/{stays['id']}") == (409, "conflict"), "it waits on"
    again = [await member.patch(f"/scheduled/{each['id']}", {"at": in_an_hour()}) for each in found.values()]
    await bring_forward(server, *again)
    await owner.delete(f"/scheduled/{(await later(owner, room, 'look'))['id']}")
    await until_decided(member, *made)
    said = {each["text"]: each for each in (await owner.get(f"/rooms/{room}/messages"))["items"]}
    assert [file["name"] for file in said["filed"]["attachments"]] == ["stays.txt"]
    assert said["quoting"]["quote"] is None


async def test_its_files_are_free_when_it_is_changed_or_removed(workspace_sqlite: Workspace) -> None:
    room, person = await workspace_sqlite.room(), await workspace_sqlite.member()
    await person.post(f"/rooms/{room}/join", expect=204)
    first, second = await upload(person, room), await upload(person, room)
    made = await later(person, room, "", attachments=[first["id"]])
    at = f"/scheduled/{made['id']}"
    other = await workspace_sqlite.room(kind="private")
    hidden = await workspace_sqlite.owner.post(f"/rooms/{other}/messages", {"text": "among us"})
    soon = in_an_hour()
    theirs = await upload(workspace_sqlite.owner, room)
    for wrong in (
        {"quote": hidden["id"]},
        {"attachments": [theirs["id"]]},
        {"attachments": [str(uuid.uuid4()) for _ in range(11)]},
        {"poll": {"question": "?", "options": ["a", "b"], "closes_at": "2020-01-01T00:00:00Z"}},
        {"poll": {"question": "?", "options": ["a"]}},
        {"text": ""},
    ):
        new = {"text": "x", "at": soon, **wrong}
        assert await person.refusal("POST", f"/rooms/{room}/scheduled", new) == (422, "invalid"), wrong
    assert await person.refusal("PATCH", at, {"attachments": []}) == (422, "invalid")
    assert await person.refusal("PATCH", at, {"attachments": [theirs["id"]]}) == (422, "invalid")
    changed = await person.patch(at, {"attachments": [second["id"]]})
    assert [file["id"] for file in changed["attachments"]] == [second["id"]]
    await person.post(f"/rooms/{room}/messages", {"attachments": [first["id"]]})
    await person.delete(at)
    await person.post(f"/rooms/{room}/messages", {"attachments": [second["id"]]})
