"""What a moderator is to see first: nobody else sees it, in any way, before it is approved."""

import asyncio
import uuid
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def rules(owner: Api, room: str, **given: Any) -> Json:
    made: Json = await owner.put(f"/rooms/{room}/rules", given)
    return made


async def waiting(owner: Api, room: str) -> list[Json]:
    return list((await owner.get(f"/rooms/{room}/held"))["items"])


async def test_what_is_held_is_nowhere(workspace: Workspace) -> None:
    """Row 19 of the requirements: no reader, no count and no search knows of it."""
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    for person in (author, reader):
        await person.post(f"/rooms/{room}/join", expect=204)
    await rules(owner, room, hold_all=True)
    listener, mine = await workspace.socket(reader, room), await workspace.socket(author, room)
    before = await reader.get(f"/rooms/{room}/events")
    unread = (await reader.get("/unreads"))["items"]
    answer = await mine.send(room, "xylophone")
    assert (answer["op"], answer["state"], answer["dup"]) == ("held", "waiting", False)
    for person in (reader, owner, author):
        assert await person.get(f"/rooms/{room}/events") == before
        assert (await person.get(f"/rooms/{room}/messages"))["items"] == []
        found = await person.get("/search", q="xylophone", workspace=workspace.id)
        assert found["items"] == []
        assert await person.refusal("GET", f"/messages/{answer['id']}") == (404, "not_found")
    assert (await reader.get("/unreads"))["items"] == unread
    assert [frame for frame in await listener.settled() if frame["op"] == "ev"] == []
    (own,) = (await author.get(f"/rooms/{room}/held/mine"))["items"]
    assert (own["text"], own["state"], own["why"]) == ("xylophone", "waiting", ["all"])
    assert (await reader.get(f"/rooms/{room}/held/mine"))["items"] == []
    assert await reader.refusal("GET", f"/rooms/{room}/held") == (403, "forbidden")
    assert (await reader.get(f"/workspaces/{workspace.id}/held"))["items"] == []
    assert (await owner.get(f"/workspaces/{workspace.id}/held"))["items"] == [own]


async def test_a_held_reply_is_in_no_thread_and_an_approved_text_goes_with_its_message(
    workspace_sqlite: Workspace,
) -> None:
    owner, author = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    root = await owner.post(f"/rooms/{room}/messages", {"text": "root"})
    await rules(owner, room, hold_all=True)
    reply = {"text": "reply", "thread": root["id"]}
    held = await author.post(f"/rooms/{room}/messages", reply, expect=202)
    assert (await owner.get(f"/messages/{root['id']}"))["reply_count"] == 0
    assert [m["id"] for m in (await author.get(f"/messages/{root['id']}/thread"))["items"]] == [root["id"]]
    approved = await owner.post(f"/rooms/{room}/held/{held['id']}/approve", expect=200)
    assert (await owner.get(f"/messages/{root['id']}"))["reply_count"] == 1
    await author.delete(f"/messages/{approved['message']}")
    kept = await owner.get(f"/rooms/{room}/held", state="approved")
    assert [each["text"] for each in kept["items"]] == [""]


async def test_what_is_approved_comes_once_after_what_is_there(workspace: Workspace) -> None:
    owner, author, reader = workspace.owner, await workspace.member(), await workspace.member()
    room = await workspace.room()
    await rules(owner, room, hold_all=True)
    listener, mine = await workspace.socket(reader, room), await workspace.socket(author, room)
    cid = str(uuid.uuid4())
    answer = await mine.send(room, "xylophone", cid)
    again = await mine.send(room, "xylophone", cid)
    assert (again["id"], again["dup"]) == (answer["id"], True)
    assert (await mine.send(room, "another", cid))["code"] == "conflict"
    first = await owner.post(f"/rooms/{room}/messages", {"text": "of a moderator"})
    approve = f"/rooms/{room}/held/{answer['id']}/approve"
    done = await asyncio.gather(*(owner.post(approve, expect=200) for _ in range(5)))
    assert len({each["message"] for each in done}) == 1
    event = await listener.event("message.created", cid=cid)
    assert (event["seq"], event["sender"]) == (first["seq"] + 1, author.user["id"])
    assert event["id"] == done[0]["message"]
    told = await mine.until(op="notice", kind="held")
    assert (told["state"], told["held"], told["message"]) == ("approved", answer["id"], event["id"])
    after = await mine.send(room, "xylophone", cid)
    assert (after["op"], after["dup"], after["id"]) == ("ack", True, event["id"])
    log = await reader.get(f"/rooms/{room}/events")
    assert [each["seq"] for each in log["events"]] == list(range(1, log["head"] + 1))
    assert [each["cid"] for each in log["events"]].count(cid) == 1


async def test_a_moderator_changes_rejects_and_cannot_decide_twice(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    await rules(owner, room, hold_all=True)
    socket = await workspace.socket(author, room)
    cid = str(uuid.uuid4())
    changed, refused, taken_back = [
        await socket.send(room, text, each)
        for text, each in (("rude", cid), ("worse", str(uuid.uuid4())), ("oops", str(uuid.uuid4())))
    ]
    held = f"/rooms/{room}/held"
    shown = await owner.post(f"{held}/{changed['id']}/approve", {"text": "kind"}, expect=200)
    assert (await author.get(f"/messages/{shown['message']}"))["text"] == "kind"
    assert (await socket.send(room, "rude", cid))["dup"]  # what was asked for is known by what was asked
    rejected = await owner.post(f"{held}/{refused['id']}/reject", {"reason": "too rude"}, expect=200)
    assert (rejected["state"], rejected["reason"]) == ("rejected", "too rude")
    assert (await socket.until(op="notice", kind="held", state="rejected"))["reason"] == "too rude"
    assert await owner.refusal("POST", f"{held}/{refused['id']}/approve", {}) == (409, "conflict")
    assert await owner.refusal("POST", f"{held}/{changed['id']}/reject", {}) == (409, "conflict")
    other = await workspace.member()
    assert await other.refusal("DELETE", f"{held}/{taken_back['id']}") == (404, "not_found")
    await author.delete(f"{held}/{taken_back['id']}")
    assert await owner.refusal("POST", f"{held}/{taken_back['id']}/approve", {}) == (409, "conflict")
    elsewhere = await workspace.room()
    assert (await owner.refusal("POST", f"/rooms/{elsewhere}/held/{changed['id']}/approve", {}))[0] == 404
    assert await waiting(owner, room) == []
    texts = [m["text"] for m in (await author.get(f"/rooms/{room}/messages"))["items"]]
    assert texts == ["kind"]
    acts = (await owner.get(f"/workspaces/{workspace.id}/audit", subject=author.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["held.rejected", "held.edited", "held.approved"]
    changes, made = (await owner.get(f"/workspaces/{workspace.id}/audit", subject=room))["items"]
    assert made["kind"] == "room.created"
    assert (changes["before"]["hold_all"], changes["after"]["hold_all"]) == (False, True)


async def test_row_22_who_lost_the_permission_meanwhile_is_refused_at_the_approval(
    workspace: Workspace,
) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    await rules(owner, room, hold_all=True)
    held = await author.post(f"/rooms/{room}/messages", {"text": "late"}, expect=202)
    mute = f"/rooms/{room}/sanctions/{author.user['id']}/mute"
    await owner.put(mute)
    approve = f"/rooms/{room}/held/{held['id']}/approve"
    assert await owner.refusal("POST", approve, {}) == (409, "author_may_not_post")
    await owner.delete(mute)
    await owner.put(f"/rooms/{room}/sanctions/{author.user['id']}/ban")
    assert await owner.refusal("POST", approve, {}) == (409, "author_may_not_post")
    assert [each["id"] for each in await waiting(owner, room)] == [held["id"]]
    assert (await owner.get(f"/rooms/{room}/messages"))["items"] == []
    await owner.delete(f"/rooms/{room}/sanctions/{author.user['id']}/ban")
    await owner.post(approve, expect=200)
    assert len((await owner.get(f"/rooms/{room}/messages"))["items"]) == 1


HOLDS = ["Buy SPAM now", "\uff53\uff50\uff41\uff4d", "sp\u00e1m", "s**p**am", "spam\u200b"]
HOLDS += [
    "s\u0440\u0430m",
    "\u0455p\u03b1m",
    "c\u0430sin\u043e club",
]  # Cyrillic and Greek letters among them
HOLDS += ["free  money!", "casinos", "\U0001d412\U0001d40f\U0001d400\U0001d40c"]  # bold capitals
PASSES = ["spammer", "the free and the money", "cas ino"]


async def test_words_links_roles_and_newcomers(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()

    async def send(text: str) -> int:
        return (await author.ask("POST", f"/rooms/{room}/messages", {"text": text})).status_code

    await rules(owner, room, hold_words=["spam", "free money", "casino*"])
    assert {text: await send(text) for text in HOLDS} == dict.fromkeys(HOLDS, 202)
    assert {text: await send(text) for text in PASSES} == dict.fromkeys(PASSES, 201)
    mine = (await author.get(f"/rooms/{room}/messages"))["items"][0]["id"]
    change = {"text": "now with spam"}
    await author.patch(f"/messages/{mine}", change, expect=202)
    await author.patch(f"/messages/{mine}", {"text": "harmless"})
    await rules(owner, room, hold_links=True)
    links = ["see https://a.example", "[a](b)", "http&#58;//a.example", "mailto:a@b.example"]
    assert {text: await send(text) for text in links} == dict.fromkeys(links, 202)
    assert await send("a/b, and 1 // 2") == 201
    roles = {r["name"]: r["id"] for r in (await owner.get(f"/workspaces/{workspace.id}/roles"))["items"]}
    await rules(owner, room, hold_roles=[roles["member"]])
    assert await send("x") == 202
    await rules(owner, room, hold_roles=[roles["guest"]])
    assert await send("x") == 201
    wrong = {"hold_roles": [str(uuid.uuid4())]}
    assert await owner.refusal("PUT", f"/rooms/{room}/rules", wrong) == (422, "invalid")
    assert await rules(owner, room) == await owner.get(f"/rooms/{room}/rules")


async def test_who_is_new_is_held_until_some_were_approved(workspace_sqlite: Workspace) -> None:
    owner, author = workspace_sqlite.owner, await workspace_sqlite.member()
    known, new = await workspace_sqlite.room(), await workspace_sqlite.room()
    for _ in range(3):
        await author.post(f"/rooms/{known}/messages", {"text": "x"})
    await rules(owner, known, hold_first=3)
    await author.post(f"/rooms/{known}/messages", {"text": "known here"})
    await rules(owner, new, hold_first=2)
    for expected in (202, 202, 201, 201):
        answer = await author.ask("POST", f"/rooms/{new}/messages", {"text": "x"})
        assert answer.status_code == expected
        if expected == 202:
            await owner.post(f"/rooms/{new}/held/{answer.json()['id']}/approve", expect=200)


@pytest.mark.parametrize(
    "text", ["a" * 16_000, "*_" * 8_000, "spa m" * 3_200, "&#115;" * 2_600, "\ufdfa" * 16_000]
)
async def test_row_33_no_text_takes_long_to_look_at(workspace_sqlite: Workspace, text: str) -> None:
    owner, author = workspace_sqlite.owner, await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await rules(owner, room, hold_links=True, hold_words=[f"word{n} and {n}*" for n in range(250)] + ["ab*"])
    assert (await author.ask("POST", f"/rooms/{room}/messages", {"text": text})).status_code in {201, 202}


async def test_slow_mode_lets_one_of_many_through_and_tells_how_long_to_wait(workspace: Workspace) -> None:
    owner, author = workspace.owner, await workspace.member()
    room = await workspace.room()
    await rules(owner, room, slow_seconds=600)
    sockets = [await workspace.socket(author, room) for _ in range(4)]
    cids = [str(uuid.uuid4()) for _ in range(12)]
    answers = await asyncio.gather(*(sockets[n % 4].send(room, "x", cid) for n, cid in enumerate(cids)))
    assert [answer["op"] for answer in answers].count("ack") == 1
    refused = [answer for answer in answers if answer["op"] == "nack"]
    assert {answer["code"] for answer in refused} == {"slow_mode"}
    assert all(590 < answer["retry_after"] <= 600 and answer["retryable"] for answer in refused)
    sent = next(answer["cid"] for answer in answers if answer["op"] == "ack")
    assert (await sockets[0].send(room, "x", sent))["dup"]
    over_http = await author.ask("POST", f"/rooms/{room}/messages", {"text": "y"})
    assert over_http.status_code == 429
    assert 590 < int(over_http.headers["retry-after"]) <= 600
    mine = (await author.get(f"/rooms/{room}/messages"))["items"][0]
    await author.patch(f"/messages/{mine['id']}", {"text": "an edit is no message"})
    for _ in range(3):
        await owner.post(f"/rooms/{room}/messages", {"text": "of a moderator"})
    other = await workspace.member()
    await other.post(f"/rooms/{room}/messages", {"text": "somebody else"})
    await rules(owner, room)
    await author.post(f"/rooms/{room}/messages", {"text": "no rules any more"})
