"""Quoting and forwarding: what its author could read is for whoever reads it, and goes with the original."""

import asyncio
import time
import uuid

import pytest

from tests.clients import PATIENCE, Api, Json
from tests.workspaces import Workspace


async def say(person: Api, room: str, text: str, **more: object) -> Json:
    said: Json = await person.post(f"/rooms/{room}/messages", {"text": text, **more})
    return said


async def quote_in(person: Api, message: Json) -> Json | None:
    """What is shown inside, which a page of its room says too."""
    shown: Json = await person.get(f"/messages/{message['id']}")
    page = (await person.get(f"/rooms/{message['room']}/messages"))["items"]
    assert shown in page
    quote: Json | None = shown["quote"]
    return quote


async def emptied(person: Api, message: Json) -> Json:
    end = time.monotonic() + PATIENCE
    while True:
        if (await person.get(f"/messages/{message['id']}"))["quote"]["gone"]:
            return await quote_in(person, message) or {}
        assert time.monotonic() < end, "it was not emptied"
        await asyncio.sleep(0.05)


@pytest.fixture
async def private(workspace: Workspace) -> str:
    return await workspace.room(kind="private")


async def test_who_reads_the_message_reads_what_it_quotes(
    workspace: Workspace, member: Api, private: str
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    secret = await say(owner, private, "from inside")
    socket = await workspace.socket(member, room)
    await member.get(f"/rooms/{room}/messages")  # the page is remembered from here on
    forwarded = await say(owner, room, "", quote=secret["id"])
    expected = {
        "message": secret["id"],
        "room": private,
        "thread": None,
        "sender": owner.user["id"],
        "text": "from inside",
        "ts": secret["ts"],
        "files": 0,
        "gone": False,
        "has_poll": False,
    }
    assert forwarded["quote"] == expected
    told = await socket.event("message.created")
    assert (told["body"]["text"], told["body"]["quote"]) == ("", expected)
    assert await quote_in(member, forwarded) == expected
    assert await member.refusal("GET", f"/messages/{secret['id']}") == (404, "not_found")
    await owner.patch(f"/messages/{secret['id']}", {"text": "another text"})
    await owner.patch(f"/messages/{forwarded['id']}", {"text": "look"})
    assert await quote_in(member, forwarded) == expected  # what was read then
    plain = await say(member, room, "nothing inside")
    assert await quote_in(owner, plain) is None
    answer = await socket.send(room, "so it is", quote=plain["id"])
    assert answer["op"] == "ack"
    long = await say(owner, room, "x" * 2000)
    assert (await say(member, room, "", quote=long["id"]))["quote"]["text"] == "x" * 1000 + "…"
    passed_on = await say(member, room, "", quote=(await say(member, room, "", quote=plain["id"]))["id"])
    assert passed_on["quote"]["message"] == plain["id"]  # what only passes one on is that one


async def test_what_one_may_not_read_can_not_be_quoted(
    workspace: Workspace, member: Api, stranger: Api, private: str
) -> None:
    owner, room = workspace.owner, await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    hidden, gone = await say(owner, private, "hidden"), await say(owner, room, "gone")
    await owner.delete(f"/messages/{gone['id']}")
    elsewhere = min(item["id"] for item in (await owner.get("/workspaces"))["items"])
    aside = await owner.post(f"/workspaces/{elsewhere}/rooms", {"name": f"aside {uuid.uuid4().hex[:8]}"})
    other = await say(owner, aside["id"], "of another workspace")
    socket = await workspace.socket(member)
    for wrong in (hidden["id"], gone["id"], str(uuid.uuid4()), other["id"]):
        body = {"text": "see", "quote": wrong}
        assert await member.refusal("POST", f"/rooms/{room}/messages", body) == (422, "invalid")
        answer = await socket.send(room, "see", quote=wrong)
        assert (answer["op"], answer["code"], answer["errors"][0]["field"]) == ("nack", "invalid", "quote")
    own = {"text": "see", "quote": other["id"]}
    assert await owner.refusal("POST", f"/rooms/{room}/messages", own) == (422, "invalid")
    assert await member.refusal("POST", f"/rooms/{room}/messages", {"text": " "}) == (422, "invalid")
    texts = [each["text"] for each in (await owner.get(f"/rooms/{room}/messages"))["items"]]
    assert texts == [""]
    cid = str(uuid.uuid4())
    said = await say(member, room, "x")
    assert (await socket.send(room, "y", cid, quote=said["id"]))["op"] == "ack"
    assert (await socket.send(room, "y", cid, quote=said["id"]))["dup"]
    assert (await socket.send(room, "y", cid))["code"] == "conflict"


async def test_with_the_original_what_was_quoted_of_it_goes(
    workspace: Workspace, member: Api, private: str
) -> None:
    owner, rooms = workspace.owner, [await workspace.room(), await workspace.room()]
    secret = await say(owner, private, "regretted")
    for room in rooms:
        await member.post(f"/rooms/{room}/join", expect=204)
    there = [await say(owner, room, "look", quote=secret["id"]) for room in rooms]
    onward = await say(
        member, rooms[1], "and", quote=(await say(member, rooms[0], "", quote=there[0]["id"]))["id"]
    )
    await owner.patch(f"/messages/{there[0]['id']}", {"text": "look here"})
    socket = await workspace.socket(member, rooms[0])
    await owner.delete(f"/messages/{secret['id']}")
    for message in there:
        left = await emptied(member, message)
        assert (left["sender"], left["text"], left["ts"]) == (None, "", None)
    told = await socket.event("quote.emptied")
    assert (told["body"]["message"], told["body"]["quote"]["gone"]) == (there[0]["id"], True)
    assert (await quote_in(member, onward) or {})["text"] == "look"  # another one's, who wrote that
    for room in (*rooms, private):
        log = await owner.get(f"/rooms/{room}/events")
        assert "regretted" not in str(log)
        assert [each["seq"] for each in log["events"]] == list(range(1, log["head"] + 1))
    assert [each["text"] for each in (await member.get(f"/messages/{there[0]['id']}/edits"))["items"]] == [
        "look",
        "look here",
    ]
    await owner.delete(f"/messages/{there[0]['id']}")
    assert await quote_in(owner, there[0]) is None


async def test_nothing_is_let_through_by_changing_what_it_quotes(workspace: Workspace, member: Api) -> None:
    owner, room, source = workspace.owner, await workspace.room(), await workspace.room()
    for each in (room, source):
        await member.post(f"/rooms/{each}/join", expect=204)
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    quoted = await say(member, source, "harmless")
    held = await member.post(
        f"/rooms/{room}/messages", {"text": "see this", "quote": quoted["id"]}, expect=202
    )
    await member.patch(f"/messages/{quoted['id']}", {"text": "something else"})
    approve = f"/rooms/{room}/held/{held['id']}/approve"
    assert await owner.refusal("POST", approve, {}) == (409, "quote_changed")
    assert (await owner.get(f"/rooms/{room}/messages"))["items"] == []
    assert [each["state"] for each in (await owner.get(f"/rooms/{room}/held"))["items"]] == ["waiting"]
    await owner.post(f"/rooms/{room}/held/{held['id']}/reject", {"reason": "no"}, expect=200)


async def test_what_is_held_quotes_what_its_author_may_read_in_the_end(
    workspace_sqlite: Workspace,
) -> None:
    owner, member = workspace_sqlite.owner, await workspace_sqlite.member()
    room, source = await workspace_sqlite.room(), await workspace_sqlite.room()
    for each in (room, source):
        await member.post(f"/rooms/{each}/join", expect=204)
    good, bad = await say(owner, source, "harmless"), await say(owner, source, "forbidden words")
    await owner.put(f"/rooms/{room}/rules", {"hold_words": ["forbidden"]})
    assert (await say(member, room, "fine", quote=good["id"]))["quote"]["text"] == "harmless"
    held = [
        await member.post(f"/rooms/{room}/messages", {"text": text, "quote": bad["id"]}, expect=202)
        for text in ("first", "second", "")
    ]
    waiting = (await owner.get(f"/rooms/{room}/held"))["items"]
    assert [each["quote"] for each in waiting] == [bad["id"]] * 3
    path = f"/rooms/{room}/held"
    await owner.post(f"{path}/{held[0]['id']}/approve", {}, expect=200)
    await owner.delete(f"/messages/{bad['id']}")
    await owner.post(f"{path}/{held[1]['id']}/approve", {}, expect=200)
    assert (await owner.refusal("POST", f"{path}/{held[2]['id']}/approve", {}))[0] == 422
    page = (await owner.get(f"/rooms/{room}/messages"))["items"]
    assert [each["text"] for each in page] == ["fine", "first", "second"]
    assert page[2]["quote"] is None
    assert (await emptied(owner, page[1]))["text"] == ""
