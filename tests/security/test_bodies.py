"""What comes as a body, a form, a query or a path: rows 23, 27, 29 and 32 of the requirements."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.accounts.browsers import Web
from tests.clients import PASSWORD, PATIENCE, Api, Json, set_up
from tests.conftest import Serve
from tests.security.raw import Raw, frame
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

JSON = {"Content-Type": "application/json"}
# Texts with %s where what makes them a message, or a frame, goes.
NOT_STRICT = [
    b'{%s,"n":NaN}',
    b'{%s,"n":Infinity}',
    b'{%s,"n":-Infinity}',
    b'{%s,"n":1e999}',
    b'{%s,"n":9007199254740993}',
    b'{%s,"n":-9007199254740993}',
    b'{%s,"n":123456789012345678901234567890}',
    b'{%s,"n":1,"n":2}',
    b'{%s,"n":{"a":1,"a":2}}',
    b'{%s,"n":1,"\\u006e":2}',
    b'{%s,"n":"\\u0000"}',
    b'{%s,"n":"\\ud800"}',
    b'{%s,"n":"\\udc00\\ud800"}',
    b'{%s,"n\\u0000":1}',
    b'{%s,"n":"\xff"}',
    b'{%s,"n":"\xed\xa0\x80"}',
    b'{%s,"n":"\xc0\x80"}',
    b'{%s,"n":"\x00"}',
    b'{%s,"n":"a\nb"}',
    b'{%s,"n":' + b"[" * 20 + b"]" * 20 + b"}",
    b'{%s,"n":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{%s,"n":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
    b"{%s,}",
    b"{%s}{%s}",
    b"{%s} // comment",
    b"{%s,'n':1}",
    b"\xef\xbb\xbf{%s}",
    b'{%s,"n":01}',
    b"{%s",
    b"",
    b"nonsense",
]


def filled(template: bytes, fields: Json) -> bytes:
    return template.replace(b"%s", json.dumps(fields)[1:-1].encode())


async def test_row_27_what_is_not_strict_is_refused_over_http_and_nothing_stored(
    workspace: Workspace,
) -> None:
    room = await workspace.room()
    for template in NOT_STRICT:
        body = filled(template, {"text": "smuggled"})
        answer = await workspace.owner.http.post(f"/rooms/{room}/messages", content=body, headers=JSON)
        assert answer.status_code in {400, 422}, (template[:60], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await workspace.owner.get(f"/rooms/{room}/messages"))["items"] == []


async def test_row_27_what_is_not_strict_ends_a_socket_and_nothing_is_stored(workspace: Workspace) -> None:
    room = await workspace.room()
    for template in NOT_STRICT:
        fields = {"op": "send", "room": room, "text": "smuggled", "cid": str(uuid.uuid4())}
        async with Raw(workspace.owner.url) as raw:
            await raw.hello(workspace.owner)
            raw.write(frame(filled(template, fields)))
            assert await raw.closed() in {4400, 1007, 1009}, template[:60]
    assert (await workspace.owner.get(f"/rooms/{room}/messages"))["items"] == []


STRANGE = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF",
    "%F0%9F%A6%8A",
    "9" * 400,
    "-1",
    "1e3",
    "..%2f..",
    "%0d%0aX: y",
    "'--",
]


@pytest.mark.parametrize("strange", STRANGE)
async def test_row_27_strange_paths_and_queries_are_refused_politely(
    workspace: Workspace, strange: str
) -> None:
    room = await workspace.room()
    base = f"{workspace.owner.url}/api/v1"
    for path in (
        f"/rooms/{strange}",
        f"/rooms/{room}/messages?before={strange}",
        f"/rooms/{room}/messages?limit={strange}",
        f"/rooms/{room}/events?after={strange}",
        f"/rooms/{room}/members?after={strange}",
        f"/messages/{strange}",
        f"/invites/{strange}",
        f"/workspaces/{workspace.id}/rooms?archived={strange}",
        f"/rooms/{room}/acl/explain?user={strange}&permission={strange}",
        f"/users/{strange}",
        f"/{strange}",
    ):
        answer = await workspace.owner.http.get(base + path)
        assert 400 <= answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize("strange", ["\0", "a\0b", "\ud800", "\u202e", "x" * 300, "' OR 1=1 --", "%00"])
async def test_row_27_strange_names_sign_nobody_in(workspace: Workspace, strange: str) -> None:
    http = workspace.owner.http
    raw = strange.encode("utf-8", "surrogatepass")
    for username, password in [(raw, b"x"), (b"owner", raw)]:
        form = b"grant_type=password&username=%b&password=%b" % (quoted(username), quoted(password))
        answer = await http.post(
            "/auth/token", content=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in {400, 401, 422}, answer.text
    answer = await http.post(
        "/auth/login", content=json.dumps({"username": strange, "password": strange}), headers=JSON
    )
    assert answer.status_code in {400, 401, 422}, answer.text


def quoted(data: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in data)


EXTRA: Json = {
    "id": str(uuid.uuid4()),
    "seq": 7,
    "sender": str(uuid.uuid4()),
    "sender_id": str(uuid.uuid4()),
    "acl_ver": 99,
    "fence": 99,
    "ts": "1999-01-01T00:00:00Z",
    "edited_at": "1999-01-01T00:00:00Z",
    "deleted": True,
    "pinned": True,
    "is_bot": True,
    "bot": True,
    "role": "owner",
    "reply_count": 5,
    "workspace": str(uuid.uuid4()),
    "created_by": str(uuid.uuid4()),
    "default": True,
    "archived": True,
    "countable": False,
}


async def test_row_23_fields_that_are_not_ones_own_are_not_taken(workspace: Workspace) -> None:
    member = await workspace.member()
    room = await workspace.room()
    over_http = await member.post(
        f"/rooms/{room}/messages", {**EXTRA, "text": "hello", "room": str(uuid.uuid4())}
    )
    socket = await workspace.socket(member)
    ack = await socket.ask(**{**EXTRA, "op": "send", "room": room, "text": "hello", "cid": str(uuid.uuid4())})
    over_socket = await member.get(f"/messages/{ack['id']}")
    for message in (over_http, over_socket):
        assert message["room"] == room
        assert message["sender"]["id"] == member.user["id"]
        assert message["sender"]["bot"] is False
        assert not EXTRA.items() & {k: v for k, v in message.items() if isinstance(v, str | int)}.items()
    made = await member.post(f"/workspaces/{workspace.id}/rooms", {**EXTRA, "name": "Mine", "kind": "public"})
    assert (made["workspace"], made["archived"]) == (workspace.id, False)
    assert made["id"] != EXTRA["id"]
    me = await member.patch("/users/me", {**EXTRA, "display_name": "Same"})
    assert (me["id"], me["bot"]) == (member.user["id"], False)
    assert (await member.get("/workspaces"))["items"][0]["role"] == "member"


@pytest.fixture
async def browser(workspace_sqlite: Workspace) -> Any:
    member = await workspace_sqlite.member()
    async with Web(member.url) as web:
        yield await web.sign_in(member.user["username"])


async def test_row_32_a_cookie_alone_changes_nothing(workspace_sqlite: Workspace, browser: Web) -> None:
    room, base = await workspace_sqlite.room(), f"{browser.url}/api/v1"
    body = b'{"text":"forged"}'
    csrf = {"X-CSRF-Token": browser.csrf}
    for headers in (
        {"Content-Type": "text/plain", **csrf},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded", **csrf},
        {"Content-Type": "multipart/form-data; boundary=x", **csrf},
        {**csrf},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/json", "X-CSRF-Token": "x"},
        {"Content-Type": "application/json", "X-CSRF-Token": ""},
        {"Content-Type": "application/json", "Origin": "https://evil.example", **csrf},
        {"Content-Type": "application/json", "Origin": "null", **csrf},
        {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site", **csrf},
        {"Content-Type": "application/json", "Sec-Fetch-Site": "same-site", **csrf},
        {"Content-Type": "application/json", "Sec-Fetch-Site": "nonsense", **csrf},
    ):
        answer = await browser.http.post(f"{base}/rooms/{room}/messages", content=body, headers=headers)
        assert answer.status_code == 403, headers
    assert (await workspace_sqlite.owner.get(f"/rooms/{room}/messages"))["items"] == []
    honest = {"Content-Type": "application/json", "Origin": browser.url, **csrf}
    answer = await browser.http.post(f"{base}/rooms/{room}/messages", content=body, headers=honest)
    assert answer.status_code == 201


async def test_row_32_looking_changes_nothing(workspace_sqlite: Workspace, browser: Web) -> None:
    room = await workspace_sqlite.room()
    document = (await browser.http.get(f"{browser.url}/api/openapi.json")).json()
    ids = {"room": room, "workspace": workspace_sqlite.id, "kind": "rooms", "resource": room}
    before = await workspace_sqlite.owner.get(f"/rooms/{room}/events")
    for path, item in document["paths"].items():
        if "get" in item and path.startswith("/api/v1"):
            named = {
                p["name"]: ids.get(p["name"], str(uuid.uuid4())) for p in item["get"].get("parameters", [])
            }
            answer = await browser.http.get(browser.url + path.format(**named))
            assert answer.status_code < 500
    assert await workspace_sqlite.owner.get(f"/rooms/{room}/events") == before
    assert (await browser.call("GET", "/users/me"))["id"]


def chunks(total: int) -> Iterator[bytes]:
    for _ in range(total // 65_536):
        yield b"x" * 65_536


BOMBS = {
    "many parts": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 100_000,
    ),
    "no boundary": ("multipart/form-data", b"x" * 1_000_000),
    "a long preamble": ("multipart/form-data; boundary=x", b"x" * 10_000_000),
    "many newlines before it": ("multipart/form-data; boundary=x", b"\r\n" * 1_000_000),
    "many fields": ("application/x-www-form-urlencoded", b"a=1&" * 1_000_000),
    "small but many fields": ("application/x-www-form-urlencoded", b"a&" * 30_000),
    "a slow type": ("application/x-www-form-urlencoded; !=" + '"' * 4_000, b"a=1"),
    "a large json": ("application/json", b'{"text":"' + b"x" * 2_000_000 + b'"}'),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("path", ["/auth/token", "/auth/login", "/setup"])
async def test_row_29_a_bomb_of_a_body_costs_little(
    workspace_sqlite: Workspace, bomb: str, path: str
) -> None:
    kind, body = BOMBS[bomb]
    for content in (body, iter([body])):  # announced, and in chunks
        started = time.perf_counter()
        try:
            answer = await workspace_sqlite.owner.http.post(
                path, content=announced(content), headers={"Content-Type": kind}
            )
            assert answer.status_code in {400, 401, 409, 413, 415, 422}, answer.text
        except (httpx2.WriteError, httpx2.ReadError):
            pass  # the server does not read to the end what it refused
        assert time.perf_counter() - started < 5


def announced(content: bytes | Iterator[bytes]) -> Any:
    if isinstance(content, bytes):
        return content

    async def stream() -> Any:
        for part in content:
            for start in range(0, len(part), 65_536):
                yield part[start : start + 65_536]

    return stream()


async def test_row_29_a_body_without_end_is_not_kept(workspace_sqlite: Workspace) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {raw.host}\r\nContent-Length: 1000000000\r\n"
        raw.write(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n".encode())
        assert await raw.status() == 413


@pytest.mark.parametrize(
    ("framing", "begun"), [("Content-Length: 20", b""), ("Transfer-Encoding: chunked", b'2\r\n{"\r\n')]
)
async def test_row_29_a_body_that_never_comes_is_not_waited_for(
    serve: Serve, framing: str, begun: bytes
) -> None:
    async with Raw(serve("sqlite", body_seconds="0.2").url) as raw:
        head = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: {raw.host}\r\nContent-Type: application/json\r\n"
        raw.write(f"{head}{framing}\r\n\r\n".encode() + begun)
        answer = await asyncio.wait_for(raw.reader.readuntil(b"}"), PATIENCE)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"\r\nconnection: close\r\n" in answer.lower()
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "too_slow"


async def test_row_29_many_ranges_are_not_served(talkoot_sqlite: Talkoot) -> None:
    await (await set_up(talkoot_sqlite.url))[0].close()
    async with Api(talkoot_sqlite.url) as nobody:
        page = (await nobody.http.get(f"{talkoot_sqlite.url}/")).text
        asset = next(part for part in page.split('"') if part.startswith("/assets/"))
        ranges = "bytes=" + ",".join(f"{n}-{n + 9}" for n in range(0, 20_000, 5))
        for value in (ranges[:8_000], "bytes=" + "0-," * 2_000, "bytes=-" + "9" * 100, "bytes=5-2"):
            started = time.perf_counter()
            answer = await nobody.http.get(talkoot_sqlite.url + asset, headers={"Range": value})
            assert answer.status_code in {200, 206, 400, 416}
            assert len(answer.content) < 3_000_000
            assert time.perf_counter() - started < 5
        assert PASSWORD not in talkoot_sqlite.log
