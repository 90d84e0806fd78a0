"""Queries that name people, rooms and days; and queries that make no sense."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.clients import Api
from tests.search.conftest import Fill
from tests.search.searching import indexed, search, texts, until_found
from tests.security.raw import Raw
from tests.workspaces import Workspace


async def test_from_whom_and_in_which_room(workspace: Workspace, fill: Fill) -> None:
    member = await workspace.member()
    one, other = await workspace.room("Café "), await workspace.room()
    await member.post(f"/rooms/{one}/join", expect=204)
    await workspace.owner.post(f"/rooms/{one}/messages", {"text": "hello one"})
    await workspace.owner.post(f"/rooms/{other}/messages", {"text": "hello other"})
    await member.post(f"/rooms/{one}/messages", {"text": "hello too"})
    await indexed(workspace.owner, workspace.id, one)
    await indexed(workspace.owner, workspace.id, other)
    names = {room["id"]: room["name"] for room in await rooms(workspace)}

    async def found(q: str) -> list[str]:
        return await texts(workspace.owner, workspace.id, q)

    assert await found(f"hello from:@{member.user['username']}") == ["hello too"]
    assert await found(f"from:{member.user['username'].upper()}") == ["hello too"]
    assert await found(f"hello -from:{member.user['id']}") == ["hello other", "hello one"]
    assert await found("hello from:me") == ["hello other", "hello one"]
    assert await found(f'hello in:"{names[one].upper()}"') == ["hello too", "hello one"]
    assert await found(f'hello in:"#{names[one]}" from:me') == ["hello one"]
    assert await found(f'hello -in:"{names[one]}"') == ["hello other"]
    assert await found(f"hello in:{other}") == ["hello other"]
    assert await found(f"hello in:{other} in:{one}") == []


async def rooms(workspace: Workspace) -> list[dict[str, Any]]:
    return list((await workspace.owner.get(f"/workspaces/{workspace.id}/rooms"))["items"])


async def test_days_are_those_of_the_searcher(workspace: Workspace, fill: Fill) -> None:
    await fill("noted today")
    [noted] = await search(workspace.owner, workspace.id, "noted")
    sent = datetime.fromisoformat(noted["ts"])
    today = sent.date()
    before, after = str(today - timedelta(days=1)), str(today + timedelta(days=1))

    async def found(q: str) -> list[str]:
        return await texts(workspace.owner, workspace.id, q)

    assert await found(f"noted on:{today}") == ["noted today"]
    assert await found(f"noted after:{before} before:{after}") == ["noted today"]
    assert await found(f"noted on:{before}") == []
    assert await found(f"noted after:{today}") == []
    assert await found(f"noted before:{today}") == []
    assert "noted today" in await found(f"on:{today}")
    assert await found(f"noted on:{today} on:{before}") == []
    # Where it is another day already, or still.
    far = "Pacific/Kiritimati" if sent.hour >= 10 else "Pacific/Pago_Pago"
    there = str(today + timedelta(days=1 if far == "Pacific/Kiritimati" else -1))
    member = await workspace.member()
    await member.patch("/users/me", {"time_zone": far})
    assert await texts(member, workspace.id, f"noted on:{there}") == ["noted today"]


async def test_threads_and_links(workspace: Workspace) -> None:
    room = await workspace.room()
    root = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "look here"})
    reply = {"text": "look at https://example.org", "thread": root["id"]}
    await workspace.owner.post(f"/rooms/{room}/messages", reply)
    await until_found(workspace.owner, workspace.id, "look", [reply["text"], "look here"])
    assert await texts(workspace.owner, workspace.id, "look is:thread") == [reply["text"]]
    assert await texts(workspace.owner, workspace.id, "look -is:thread") == ["look here"]
    assert await texts(workspace.owner, workspace.id, "has:link") == [reply["text"]]
    assert await texts(workspace.owner, workspace.id, "look -has:link") == ["look here"]
    (found,) = await search(workspace.owner, workspace.id, "is:thread")
    assert found["thread"] == root["id"]


REFUSED = {
    "": "empty",
    "   ": "empty",
    '""': "empty",
    "-": "empty",
    "-word": "empty",
    "-from:me": "empty",
    "!!! ???": "empty",
    "a*": "prefix",
    "é*": "prefix",
    "from:nobody-of-that-name": "from",
    "in:#nowhere": "in",
    "on:yesterday": "date",
    "on:2026-02-30": "date",
    "before:9999-12-31": "date",
    "-on:2026-01-01 x": "date",
    "has:stars": "filter",
    "is:starred": "filter",
    "x" * 501: "too_long",
    "x " * 21: "too_many",
}


async def test_what_can_not_be_looked_for_is_refused_with_a_reason(workspace: Workspace) -> None:
    for q, code in REFUSED.items():
        answer = await workspace.owner.ask("GET", "/search", q=q, workspace=workspace.id)
        assert answer.status_code == 422, q
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("q", code)], q


HOSTILE = [
    '"' * 400,
    '("' * 200,
    "NEAR(a b, 5)",
    "tokens:a OR rowid:1",
    'a" OR "b',
    "a' | 'b",
    "'; DROP TABLE words; --",
    "a & !b | c <-> d:*",
    "{a b} : c ^ + - * / \\",
    "a\x00b",
    "\x00",
    "a\u0000\u0001\u0002*",
    "\ue000thread",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "-" * 400 + "a",
    "a" * 400 + "*",
    "*" * 400,
    "::::",
    "from:",
    "in:#",
    'in:"',
    "from:'",
    "from:%",
    "\u202e\u200b\ufeff",
    "́" * 400,
    "ﷺ" * 400,
    "%00",
    "水" * 500,
    " ".join(["ab*"] * 20),
]


async def test_hostile_queries_are_answered_or_refused_quickly(workspace: Workspace, fill: Fill) -> None:
    await fill("a b c d ab word " * 20, "水" * 500)
    for q in HOSTILE:
        begin = time.monotonic()
        answer = await workspace.owner.ask("GET", "/search", q=q, workspace=workspace.id)
        assert answer.status_code in {200, 422}, (q, answer.text)
        assert time.monotonic() - begin < 2, q


@pytest.mark.parametrize("length", [30_000, 64_000, 500_000])
async def test_a_query_too_long_for_an_address_is_refused(workspace_sqlite: Workspace, length: int) -> None:
    owner = workspace_sqlite.owner
    address = f"/api/v1/search?workspace={workspace_sqlite.id}&q={'%22a+' * (length // 5)}"
    async with Raw(owner.url) as raw:
        head = f"GET {address} HTTP/1.1\r\nHost: {raw.host}\r\nAuthorization: Bearer {owner.token}\r\n\r\n"
        raw.write(head.encode())
        assert await raw.status() in {400, 414, 422, 431}


async def test_a_workspace_and_a_query_are_needed(workspace: Workspace) -> None:
    owner = workspace.owner
    assert await owner.refusal("GET", "/search", q="a") == (422, "invalid")
    assert await owner.refusal("GET", "/search", workspace=workspace.id) == (422, "invalid")
    assert await owner.refusal("GET", "/search", q="a", workspace=workspace.id, after="x") == (422, "invalid")
    assert await owner.refusal("GET", "/search", q="a", workspace=workspace.id, limit=201) == (422, "invalid")
    async with Api(owner.url) as nobody:
        assert await nobody.refusal("GET", "/search", q="a", workspace=workspace.id) == (
            401,
            "not_authenticated",
        )


async def test_polls_and_pins_are_asked_for(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    poll = {"question": "Which harbour?", "options": ["Rotterdam", "Genoa"]}
    asked = await owner.post(f"/rooms/{room}/messages", {"text": "Please vote", "poll": poll})
    plain = await owner.post(f"/rooms/{room}/messages", {"text": "Please read"})
    await until_found(owner, workspace.id, "please", [plain["text"], asked["text"]])
    assert await texts(owner, workspace.id, "has:poll") == [asked["text"]]
    assert await texts(owner, workspace.id, "please -has:poll") == [plain["text"]]
    assert await texts(owner, workspace.id, "genoa") == [asked["text"]]
    assert await texts(owner, workspace.id, '"harbour rotterdam"') == []
    await owner.put(f"/messages/{plain['id']}/pin", expect=204)
    await until_found(owner, workspace.id, "has:pin", [plain["text"]])
    await owner.delete(f"/messages/{plain['id']}/pin")
    assert await texts(owner, workspace.id, "please has:pin") == []
