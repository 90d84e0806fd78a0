"""What people write stays what it is: rows 18, 33 and 34 of the requirements."""

import time
import uuid

import pytest

from tests.clients import Api
from tests.security.raw import Raw
from tests.workspaces import Workspace

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "[a](javascript:alert(1))",
    "![a](x'onerror=alert(1))",
    "</title><script>alert(1)</script>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
]
BOMBS = {
    "brackets": "[" * 8_000 + "]" * 8_000,
    "links": "[a](" * 4_000,
    "quotes": ">" * 16_000,
    "emphasis": "*a_" * 5_333,
    "backticks": "".join("`" * n + " " for n in range(175)),
    "entities": "&#x41;" * 2_666,
    "emoji": ":a" * 8_000,
    "mentions": "@a" * 8_000,
    "addresses": "a@" * 8_000,
    "urls": "http://" * 2_285,
    "spaces": "a" + " " * 15_998 + "b",
    "combining": "a" + "\u0301" * 15_999,
    "tables": "|-" * 8_000,
}


async def test_row_34_what_people_write_comes_back_as_inert_json(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    socket = await workspace.socket(owner, room)
    for text in XSS:
        sent = await owner.post(f"/rooms/{room}/messages", {"text": text})
        assert sent["text"] == text
        assert (await socket.event("message.created"))["body"]["text"] == text
    for number, text in enumerate(XSS):
        name = f"{text[:60]} {number}"
        made = await owner.post(f"/workspaces/{workspace.id}/rooms", {"name": name, "topic": text})
        assert (made["name"], made["topic"]) == (name, text)
    await owner.post(f"/workspaces/{workspace.id}/categories", {"name": XSS[0]})
    member = await workspace.member()
    await member.patch("/users/me", {"display_name": XSS[1]})
    for path in (
        f"/rooms/{room}/messages",
        f"/rooms/{room}/events",
        f"/workspaces/{workspace.id}/rooms",
        f"/workspaces/{workspace.id}/members",
        f"/workspaces/{workspace.id}/categories",
        "/workspaces",
    ):
        answer = await owner.http.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert_strict(answer.headers["content-security-policy"])


def assert_strict(policy: str) -> None:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "*" not in policy


async def test_row_34_pages_and_problems_repeat_nothing_that_runs(workspace_sqlite: Workspace) -> None:
    url = workspace_sqlite.owner.url
    async with Api(url) as nobody:
        shell = await nobody.http.get(f"{url}/")
        assert shell.headers["content-type"].startswith("text/html")
        assert "<script>" not in shell.text
        assert "onload=" not in shell.text
        for path in (
            "",
            "/api/docs/",
            "/join/<script>alert(1)</script>",
            "/r/%3Cb%3E?q=<script>alert(1)",
        ):
            answer = await nobody.http.get(url + path)
            assert_strict(answer.headers["content-security-policy"])
            assert "alert(1)" not in answer.text
        for path in ("/api/v1/<script>alert(1)</script>", "/assets/<script>alert(1)</script>", "/api/<b>"):
            answer = await nobody.http.get(url + path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("bomb", BOMBS)
async def test_row_33_a_text_made_to_be_slow_is_as_fast_as_any(
    workspace_sqlite: Workspace, bomb: str
) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()

    async def seconds(text: str) -> float:
        started = time.perf_counter()
        await owner.post(f"/rooms/{room}/messages", {"text": text})
        await owner.get(f"/rooms/{room}/messages", limit=1)
        return time.perf_counter() - started

    plain = min([await seconds("x" * 16_000) for _ in range(3)])
    slow = min([await seconds(BOMBS[bomb]) for _ in range(3)])
    assert slow < 5 * plain + 0.1


async def test_row_18_a_message_is_behind_its_own_room_whatever_else_one_is_in(workspace: Workspace) -> None:
    member = await workspace.member()
    closed, mine = await workspace.room(kind="private"), await workspace.room()
    await member.post(f"/rooms/{mine}/join", expect=204)
    secret = await workspace.owner.post(f"/rooms/{closed}/messages", {"text": "secret"})
    reply = await workspace.owner.post(
        f"/rooms/{closed}/messages", {"text": "secret", "thread": secret["id"]}
    )
    nearby = [str(uuid.UUID(int=uuid.UUID(secret["id"]).int + step)) for step in (-1, 1)]
    for message in (secret["id"], reply["id"], *nearby):
        for method, path, body in [
            ("GET", f"/messages/{message}", None),
            ("GET", f"/messages/{message}/thread", None),
            ("PATCH", f"/messages/{message}", {"text": "mine"}),
            ("DELETE", f"/messages/{message}", None),
        ]:
            assert await member.refusal(method, path, body) == (404, "not_found")
        answer = await member.ask("POST", f"/rooms/{mine}/messages", {"text": "quote", "thread": message})
        assert answer.status_code == 422
        assert "secret" not in answer.text
    position = await member.refusal("PUT", f"/rooms/{closed}/read", {"seq": secret["seq"]})
    assert position == (404, "not_found")


async def test_row_30_headers_of_proxies_nobody_trusts_change_nothing(workspace_sqlite: Workspace) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        raw.write(
            b"GET /api/v1/users/me HTTP/1.1\r\nHost: a/admin?x\r\nX-User-Id: owner\r\n"
            b"X-Forwarded-User: owner\r\n"
            b"X-Original-URL: /healthz\r\nX-Rewrite-URL: /healthz\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n"
        )
        assert await raw.status() in {400, 401}
