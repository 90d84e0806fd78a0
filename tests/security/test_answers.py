"""What the server answers and writes down, whatever is asked: rows 36, 44, 45 and 47 of the requirements."""

import json
import uuid
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from talkoot.kernel.http import answer_problems, make_router
from talkoot.kernel.http_requests import LogRequests
from tests.clients import Api, Socket
from tests.conftest import Serve
from tests.kernel.ground import until
from tests.security.raw import Raw
from tests.workspaces import Workspace

ELSEWHERE = [
    "/assets/../../../../../../etc/passwd",
    "/assets/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/assets/%2e%2e/%2e%2e/__init__.py",
    "/assets/..%5c..%5c__init__.py",
    "/assets/%c0%ae%c0%ae/__init__.py",
    "/assets/..%00/",
    "/assets//etc/passwd",
    "/assets/%2fetc%2fpasswd",
    "/assets/" + "a" * 300,
    "/api/docs/..%2f..%2f__init__.py",
    "/api/docs/%2e%2e%2findex.html%00.js",
    "/..%2f..%2f__init__.py",
    "/%2e%2e%2fshell.py%00.svg",
    "/%00.svg",
    "/" + "a" * 300,
    "/" + "a" * 300 + ".svg",
    "/%ff%fe.png",
    "//etc/passwd",
]


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_row_36_no_path_leads_out_of_what_is_served(workspace_sqlite: Workspace, path: str) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        raw.write(f"GET {path} HTTP/1.1\r\nHost: {raw.host}\r\nConnection: close\r\n\r\n".encode())
        answer = await raw.reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) in {200, 400, 404}, head
    # A page of the client may have any address; what it shows is the one shell.
    assert int(head.split()[1]) != 200 or b'<div id="app">' in body, body[:200]
    assert b"root:" not in body
    assert b"import annotations" not in body


@pytest.fixture
async def nobody(workspace_sqlite: Workspace) -> AsyncIterator[Api]:
    async with Api(workspace_sqlite.owner.url) as opened:
        yield opened


async def test_row_44_what_is_told_to_whoever_is_signed_in_is_kept_by_nobody(
    workspace_sqlite: Workspace, nobody: Api
) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room()
    sent = await owner.post(f"/rooms/{room}/messages", {"text": "for us alone"})
    ids = {
        "room": room,
        "workspace": workspace_sqlite.id,
        "message": sent["id"],
        "user": owner.user["id"],
        "kind": "rooms",
        "resource": room,
    }
    document = (await owner.http.get(f"{owner.url}/api/openapi.json")).json()
    asked = 0
    for path, item in document["paths"].items():
        if "get" not in item or not path.startswith("/api/v1"):
            continue
        names = [p["name"] for p in item["get"].get("parameters", []) if p["in"] == "path"]
        url = owner.url + path.format(**{name: ids.get(name, str(uuid.uuid4())) for name in names})
        answers = [await owner.http.get(url), await nobody.http.get(url)]
        for answer in answers:
            assert "no-store" in answer.headers["cache-control"], path
            assert "public" not in answer.headers["cache-control"], path
        asked += answers[0].status_code == 200
    assert asked > 20  # and not only refusals


async def test_row_45_what_was_refused_is_in_the_log_without_what_was_said(serve: Serve) -> None:
    talkoot = serve("sqlite", log_format="json")
    async with Api(talkoot.url) as nobody:
        form = {"workspace": "W", "username": "owner", "display_name": "O", "password": "long enough for it"}
        made = await nobody.post("/setup", form)
        owner = await nobody.sign_in("owner", form["password"])
        await nobody.http.post("/auth/login", json={"username": "owner", "password": "typed-by-mistake"})
        await nobody.http.post("/auth/login", json={"username": "typed-as-name", "password": "x"})
    async with owner, await Socket.open(talkoot.url) as wrong:
        await wrong.push(op="hello", token="made-up-hello")
        await wrong.closed()
        room = (await owner.post(f"/workspaces/{made['workspace']['id']}/rooms", {"name": "R"}))["id"]
        await owner.patch(f"/rooms/{room}", {"archived": True})
        async with await Socket.of(owner) as socket:
            assert (await socket.send(room, "said-but-refused"))["code"] == "forbidden"
        assert (await owner.refusal("POST", f"/rooms/{room}/messages", {"text": "said-too"}))[0] == 403

    def told() -> list[str]:
        lines = [json.loads(line) for line in talkoot.log.splitlines() if line.startswith("{")]
        return [f"{line['event']} {line.get('status', '')}" for line in lines]

    await until(lambda: any(line == "request 403" for line in told()))
    for wanted in (
        f"A sign-in from 127.0.0.1 was refused, account {owner.user['id']}",
        "A sign-in from 127.0.0.1 was refused, account unknown",
        "A hello from 127.0.0.1 was refused: not_authenticated",
        f"What {owner.user['id']} asked for on a socket was refused: forbidden",
        "request 401",
        "request 403",
    ):
        assert any(line.strip() == wanted for line in told()), wanted
    for said in ("typed-by-mistake", "typed-as-name", "made-up-hello", "said-but-refused", "said-too"):
        assert said not in talkoot.log


async def test_row_47_an_error_of_ours_tells_nothing_of_itself() -> None:
    app = FastAPI()
    router = make_router(tags=["broken"])

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("SELECT secret FROM users at /srv/talkoot")

    app.include_router(router)
    answer_problems(app)
    app.add_middleware(LogRequests, observe=lambda *_: None)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://broken") as client:
        answer = await client.get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:talkoot:problem:internal",
        "title": "Something went wrong",
        "status": 500,
        "detail": "Something went wrong",
        "code": "internal",
        "retryable": False,
        "errors": [],
    }


BENT = [
    "evil.example",
    "evil.example:8000",
    "a/admin?x",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::1",
]
OURS = ["127.0.0.1", "[::1]:8000", "localhost:9000", "talkoot", "chat.local", "192.0.2.7", ""]


@pytest.mark.parametrize("host", [*BENT, "127.0.0.1, evil.example", "evil.example\r\nHost: 127.0.0.1", *OURS])
async def test_row_30_a_name_that_was_bent_to_this_server_is_refused(
    workspace_sqlite: Workspace, host: str
) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        raw.write(f"GET /api/v1/setup HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert await raw.status() == (200 if host in OURS else 400)
    async with Raw(workspace_sqlite.owner.url) as raw:
        if host:
            assert await raw.handshake(Host=host) == (101 if host in OURS else 400)


async def test_row_30_with_an_address_of_its_own_a_server_answers_under_that_name(serve: Serve) -> None:
    talkoot = serve("sqlite", public_url="https://chat.example.org", allowed_hosts="intranet, Chat.Example")
    for host, status in {
        "chat.example.org": 200,
        "CHAT.example.org.:443": 200,
        "intranet": 200,
        "chat.example": 200,
        "127.0.0.1": 200,
        "localhost": 200,
        "talkoot": 400,
        "chat.local": 400,
        "xchat.example.org": 400,
        "chat.example.org.evil.example": 400,
    }.items():
        async with Api(talkoot.url) as nobody:
            answer = await nobody.http.get("/setup", headers={"Host": host})
            assert answer.status_code == status, host
            assert status == 200 or answer.json()["code"] == "unknown_host"
            told = await nobody.http.get(f"{talkoot.url}/healthz", headers={"Host": host})
            assert told.status_code == 200
