"""Rooms keep what is said for some days only: what is older is gone, everywhere, and the log is whole."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any
from uuid import UUID

from tests.attachments import fetch, upload
from tests.clients import Api, Json
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace

DAY = 86_400_000_000
TEXT = "xylophone"


async def age(server: Talkoot, room: str, through: int, days: int = 40) -> None:
    """Let a room's events up to a position be so much older."""
    for statement in (
        "UPDATE events SET ts = ts - $2 WHERE log = $1 AND seq <= $3",
        "UPDATE messages SET ts = ts - $2 WHERE room_id = $1 AND seq <= $3",
    ):
        await rows(server, statement, UUID(room), days * DAY, through)


async def keep_for(owner: Api, room: str, days: int) -> Json:
    made: Json = await owner.put(f"/rooms/{room}/retention", {"rule": "delete", "days": days})
    return made


async def expired(person: Api, room: str, through: int) -> None:
    """Wait until the log tells that all up to here is deleted."""

    async def look() -> bool:
        told = [event for event in await events(person, room) if event["type"] == "messages.expired"]
        return bool(told) and told[-1]["body"]["through"] >= through

    await eventually(look)


async def events(person: Api, room: str, after: int = 0) -> list[Json]:
    found: list[Json] = []
    while True:
        page = await person.get(f"/rooms/{room}/events", after=after, limit=200)
        found += page["events"]
        if not page["events"] or page["events"][-1]["seq"] == page["head"]:
            return found
        after = page["events"][-1]["seq"]


async def snapshot(person: Api, room: str) -> tuple[dict[str, Any], int]:
    """What a client shows of a room: its timeline and the threads in it, as of a position of the log."""
    head = (await person.get(f"/rooms/{room}"))["head"]
    page = (await person.get(f"/rooms/{room}/messages", limit=200))["items"]
    shown = {message["id"]: seen(message) for message in page}
    for message in page:
        thread = (await person.get(f"/messages/{message['id']}/thread", limit=200))["items"]
        shown |= {reply["id"]: seen(reply) for reply in thread}
    return shown, head


def seen(message: Json) -> Json:
    return {name: message[name] for name in ("seq", "text", "deleted", "thread", "reply_count")}


def applied(shown: dict[str, Any], event: Json) -> None:
    """The rules of the protocol for who follows a log."""
    body, type_ = event["body"], event["type"]
    if type_ == "message.created":
        new = {"seq": event["seq"], "text": body["text"], "deleted": bool(body.get("deleted"))}
        shown[event["id"]] = {**new, "thread": body["thread"], "reply_count": 0}
    elif type_ == "messages.expired":
        for id_ in [id_ for id_, message in shown.items() if message["seq"] <= body["through"]]:
            del shown[id_]
    elif (message := shown.get(body.get("message", ""))) is not None:
        if type_ == "message.updated" and not body.get("deleted"):
            message["text"] = body["text"]
        elif type_ == "message.deleted":
            message |= {"text": "", "deleted": True}
        elif type_ == "thread.updated":
            message["reply_count"] = body["reply_count"]


async def chatter(people: list[Api], room: str, chance: random.Random, steps: int) -> None:
    """Whatever people do with messages, in any order."""
    tops: list[str] = []
    own: list[tuple[Api, str]] = []
    for step in range(steps):
        who, what = chance.choice(people), chance.random()
        if what < 0.65 or not own:
            thread = {"thread": chance.choice(tops)} if tops and chance.random() < 0.4 else {}
            said = await who.post(f"/rooms/{room}/messages", {"text": f"{TEXT} {step}", **thread})
            own.append((who, said["id"]))
            tops += [] if thread else [said["id"]]
            continue
        author, message = chance.choice(own)
        if what < 0.85:
            answer = await author.ask("PATCH", f"/messages/{message}", {"text": f"{TEXT} anew {step}"})
            assert answer.status_code in {200, 404}
        else:
            await author.ask("DELETE", f"/messages/{message}")


async def test_an_old_snapshot_and_the_events_are_a_fresh_snapshot(
    workspace: Workspace, server: Talkoot
) -> None:
    owner, person = workspace.owner, await workspace.member()

    async def one(seed: int) -> None:
        chance, room = random.Random(seed), await workspace.room(f"model{seed}")
        await person.post(f"/rooms/{room}/join", expect=204)
        await chatter([owner, person], room, chance, 12)
        old, position = await snapshot(person, room)
        await chatter([owner, person], room, chance, 12)
        head = (await person.get(f"/rooms/{room}"))["head"]
        through = chance.randint(1, head)
        await age(server, room, through)
        await keep_for(owner, room, 30)
        if any(e["type"] == "message.created" for e in await events(person, room) if e["seq"] <= through):
            await expired(person, room, through)
        await chatter([owner, person], room, chance, 4)
        fresh, _ = await snapshot(person, room)
        for event in await events(person, room, after=position):
            applied(old, event)
        known = {id_ for id_, message in old.items() if message["thread"] is None} | {None}
        old = {id_: message for id_, message in old.items() if message["thread"] in known}
        assert old == fresh, f"seed {seed}, up to {through}"
        log = await events(person, room)
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
        assert not any(TEXT in str(event["body"]) for event in log if event["seq"] <= through)

    await asyncio.gather(*(one(seed) for seed in range(4)))


async def test_what_is_too_old_is_nowhere(workspace: Workspace, server: Talkoot) -> None:
    owner, person = workspace.owner, await workspace.member("reader")
    room = await workspace.room("hall")
    await person.post(f"/rooms/{room}/join", expect=204)
    old = await owner.post(f"/rooms/{room}/messages", {"text": "an old one"})
    reply = await person.post(f"/rooms/{room}/messages", {"text": "a reply", "thread": old["id"]})
    await owner.patch(f"/messages/{old['id']}", {"text": "an older one"})
    new = await owner.post(f"/rooms/{room}/messages", {"text": "a new one"})
    before = await person.get("/unreads")
    listener = await workspace.socket(person, room)
    await age(server, room, old["seq"])
    assert (await keep_for(owner, room, 30))["days"] == 30
    assert (await listener.event("room.updated"))["body"] == {"retention_days": 30}
    assert (await listener.event("messages.expired"))["body"]["through"] == old["seq"]
    page = await person.get(f"/rooms/{room}/messages")
    assert [item["id"] for item in page["items"]] == [new["id"]]
    assert (await person.get(f"/rooms/{room}"))["retention_days"] == 30
    message = await person.get(f"/messages/{old['id']}")
    assert (message["text"], message["deleted"]) == ("", True)
    thread = (await person.get(f"/messages/{old['id']}/thread"))["items"]
    assert [(each["id"], each["text"]) for each in thread] == [(old["id"], ""), (reply["id"], "a reply")]
    bodies = [event["body"] for event in await events(person, room)]
    emptied = {"message": old["id"], "text": "", "thread": None, "deleted": True}
    assert bodies.count(emptied) == 2  # what was said, and the edit that came later
    after = await person.get("/unreads")
    assert [each["unread"] for each in after["items"]] == [each["unread"] for each in before["items"]]


async def test_neither_the_index_nor_a_moderator_keeps_a_copy(workspace: Workspace, server: Talkoot) -> None:
    owner, person = workspace.owner, await workspace.member("seller")
    room = await workspace.room("market")
    await person.post(f"/rooms/{room}/join", expect=204)
    await owner.put(f"/rooms/{room}/rules", {"hold_words": ["ladder"]})
    said = [await owner.post(f"/rooms/{room}/messages", {"text": f"{TEXT} {n}"}) for n in range(2)]
    held = await person.post(f"/rooms/{room}/messages", {"text": "a ladder"}, expect=202)
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    silent = {"text": "", "attachments": [(await upload(person, room))["id"]]}
    picture = await person.post(f"/rooms/{room}/messages", silent, expect=202)
    await owner.put(f"/rooms/{room}/rules", {"hold_all": False})

    async def indexed() -> list[int]:
        return [await in_index(server, each["id"]) for each in said]

    await eventually(lambda: is_so(indexed, [1, 1]))
    await age(server, room, said[0]["seq"])
    older = "UPDATE held_messages SET created_at = created_at - $2 WHERE id = $1"
    for waiting in (held, picture):
        await rows(server, older, UUID(waiting["id"]), 40 * DAY)
    await keep_for(owner, room, 30)
    await eventually(lambda: is_so(indexed, [0, 1]))
    found = (await person.get("/search", q=TEXT, workspace=workspace.id))["items"]
    assert [item["id"] for item in found] == [said[1]["id"]]
    mine = (await person.get(f"/rooms/{room}/held/mine"))["items"]
    assert [(each["text"], each["state"], each["attachments"]) for each in mine] == [("", "rejected", [])] * 2
    assert (await fetch(person, silent["attachments"][0])).status_code == 404
    appeal = await person.post("/users/me/appeals", {"held": held["id"], "text": "It is a good one"})
    accept = f"/workspaces/{workspace.id}/appeals/{appeal['id']}/accept"
    assert await owner.refusal("POST", accept, {}) == (409, "not_kept")


async def test_a_message_that_is_too_old_takes_its_waiting_edit_along(
    workspace: Workspace, server: Talkoot
) -> None:
    owner, person = workspace.owner, await workspace.member("editor")
    room = await workspace.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    old, young = [await person.post(f"/rooms/{room}/messages", {"text": f"{TEXT} {n}"}) for n in range(2)]
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    edits = [
        await person.patch(f"/messages/{each['id']}", {"text": "new"}, expect=202) for each in (old, young)
    ]
    await age(server, room, old["seq"])
    await keep_for(owner, room, 30)
    await expired(owner, room, old["seq"])
    mine = (await person.get(f"/rooms/{room}/held/mine"))["items"]
    assert [(each["text"], each["state"], each["before"]) for each in mine] == [
        ("", "withdrawn", None),
        ("new", "waiting", f"{TEXT} 1"),
    ]
    assert [each["id"] for each in (await owner.get(f"/rooms/{room}/held"))["items"]] == [edits[1]["id"]]
    approve = f"/rooms/{room}/held/{edits[0]['id']}/approve"
    assert (await owner.refusal("POST", approve, {}))[0] == 409
    assert (await person.get(f"/messages/{young['id']}"))["text"] == f"{TEXT} 1"


async def is_so(look: Callable[[], Awaitable[Any]], wanted: Any) -> bool:
    return bool(await look() == wanted)


async def in_index(server: Talkoot, message: str) -> int:
    """How many documents the index has of a message."""
    if "TALKOOT_DATABASE_URL" in server.environment:
        found = await rows(server, "SELECT 1 FROM search_documents WHERE message_id = $1", UUID(message))
        return len(found)
    with closing(sqlite3.connect(server.data / "talkoot.search.db", timeout=10)) as index:
        query = "SELECT 1 FROM documents WHERE message = ?"
        return len(index.execute(query, (UUID(message).bytes,)).fetchall())


async def test_the_rule_of_a_workspace_and_of_a_room(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, person = workspace.owner, await workspace.member()
    follows, keeps = await workspace.room("follows"), await workspace.room("keeps")
    path = f"/workspaces/{workspace.id}/retention"
    direct = (await owner.post(f"/workspaces/{workspace.id}/direct", {"users": [person.user["id"]]}))["id"]
    assert (await person.get(path))["days"] is None
    assert await person.refusal("PUT", path, {"days": 30}) == (403, "forbidden")
    assert await owner.refusal("PUT", path, {"days": 0}) == (422, "invalid")
    await owner.put(f"/rooms/{keeps}/retention", {"rule": "keep"})
    await owner.put(path, {"days": 90})
    later = await workspace.room("later")
    days = {
        room: (await owner.get(f"/rooms/{room}"))["retention_days"]
        for room in (follows, keeps, later, direct)
    }
    assert days == {follows: 90, keeps: None, later: 90, direct: None}
    await keep_for(owner, follows, 7)
    assert await person.get(f"/rooms/{follows}/retention") == {
        "rule": "delete",
        "days": 7,
        "workspace_days": 90,
    }
    back = await owner.put(f"/rooms/{follows}/retention", {"rule": "workspace"})
    assert back == {"rule": "workspace", "days": 90, "workspace_days": 90}
    assert await owner.refusal("PUT", f"/rooms/{follows}/retention", {"rule": "delete"}) == (422, "invalid")
    assert await owner.refusal("PUT", f"/rooms/{direct}/retention", {"rule": "keep"}) == (403, "forbidden")
    assert await person.refusal("PUT", f"/rooms/{follows}/retention", {"rule": "keep"}) == (403, "forbidden")
    acts = (await owner.get(f"/workspaces/{workspace.id}/audit", kind="room.retention_changed"))["items"]
    assert acts[0]["before"], acts[0]["after"] == ({"own": True, "days": 7}, {"own": False, "days": 90})
    (act,) = (await owner.get(f"/workspaces/{workspace.id}/audit", kind="workspace.retention_changed"))[
        "items"
    ]
    assert (act["before"], act["after"]) == ({"days": None}, {"days": 90})
