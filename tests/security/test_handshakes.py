"""Who gets a socket at all: rows 1, 2, 3, 4 and 8 of the requirements."""

import uuid

import pytest

from tests.clients import Api, Json, Socket, set_up
from tests.conftest import Serve
from tests.security.raw import Raw
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

EVIL = [
    "https://evil.example",
    "null",
    "http://{host}.evil.example",
    "http://evil{host}",
    "http://{name}:1",
    "https://{host}",
    "http://{host}/",
    "http://user@{host}",
    "file://",
]


@pytest.mark.parametrize("origin", EVIL)
async def test_row_01_a_foreign_origin_gets_no_socket(workspace_sqlite: Workspace, origin: str) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        origin = origin.format(host=raw.host, name=raw.host.partition(":")[0])
        assert await raw.handshake(Origin=origin) == 403


async def test_row_01_the_own_origin_and_programs_get_one_and_a_bare_cookie_does_not(
    workspace_sqlite: Workspace,
) -> None:
    url = workspace_sqlite.owner.url
    for headers, status in [({"Origin": url}, 101), ({}, 101), ({"Cookie": "talkoot=a.b"}, 403)]:
        async with Raw(url) as raw:
            assert await raw.handshake(**headers) == status


async def test_row_01_the_host_header_does_not_help(serve: Serve) -> None:
    talkoot = serve(
        "sqlite", public_url="https://chat.example.org", allowed_origins="https://app.example.org"
    )
    for origin, status in [
        ("https://chat.example.org", 101),
        ("https://app.example.org", 101),
        ("https://evil.example", 403),
        ("http://chat.example.org", 403),
        (talkoot.url, 403),
    ]:
        async with Raw(talkoot.url) as raw:
            assert await raw.handshake(Origin=origin) == status, origin
        async with Raw(talkoot.url) as raw:
            assert await raw.handshake(Origin=origin, Host="evil.example") == 400


def operations(room: str, message: str) -> list[Json]:
    cid = str(uuid.uuid4())
    return [
        {"op": "sub", "rooms": [{"room": room, "since": 0}]},
        {"op": "unsub", "rooms": [room]},
        {"op": "send", "room": room, "text": "before hello", "cid": cid},
        {"op": "edit", "message": message, "text": "before hello"},
        {"op": "delete", "message": message},
        {"op": "read", "room": room, "seq": 1},
        {"op": "typing", "room": room},
        {"op": "presence", "users": []},
        {"op": "hb"},
        {"op": "auth", "token": "x"},
        {"op": "connection_init"},
        {"op": "start"},
    ]


async def test_row_02_nothing_can_be_done_before_hello(workspace: Workspace) -> None:
    room = await workspace.room()
    message = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "stays"})
    before = await workspace.owner.get(f"/rooms/{room}/events")
    for operation in operations(room, message["id"]):
        socket = await Socket.open(workspace.owner.url)
        await socket.push(ref=1, **operation)
        assert (await socket.closed())[0] == 4401, operation
        assert socket.frames == []
        await socket.close()
    assert await workspace.owner.get(f"/rooms/{room}/events") == before


async def test_row_02_what_comes_right_behind_a_wrong_hello_is_not_done(workspace: Workspace) -> None:
    room = await workspace.room()
    socket = await Socket.open(workspace.owner.url)
    await socket.push(op="hello", token="wrong")
    await socket.push(op="send", room=room, text="behind", cid=str(uuid.uuid4()))
    assert (await socket.closed())[0] == 4401
    await socket.close()
    assert (await workspace.owner.get(f"/rooms/{room}/messages"))["items"] == []


@pytest.mark.parametrize(
    "offered", ["", "graphql-ws", "graphql-transport-ws", "talkoot.v0", "talkoot.v2", "wamp.2.json"]
)
async def test_row_03_no_other_subprotocol_is_spoken(workspace_sqlite: Workspace, offered: str) -> None:
    async with Raw(workspace_sqlite.owner.url) as raw:
        assert await raw.handshake(Sec_WebSocket_Protocol=offered) == 400


async def test_row_04_what_is_wrong_opens_nothing(talkoot: Talkoot) -> None:
    owner, _ = await set_up(talkoot.url)
    tampered = owner.token[:-4] + ("AAAA" if owner.token[-4:] != "AAAA" else "BBBB")
    for token in ("", "x", tampered, owner.token + "x", owner.token.upper()):
        async with Api(talkoot.url, token or "none") as thief:
            assert await thief.refusal("GET", "/users/me") == (401, "not_authenticated")
        for hello in ({"token": token}, {"ticket": token}):
            socket = await Socket.open(talkoot.url)
            await socket.push(op="hello", **hello)
            assert (await socket.closed())[0] in {4400, 4401}
            await socket.close()
    for password in ("wrong", "", "correct horse battery stapl", "correct horse battery staple "):
        form = {"grant_type": "password", "username": "owner", "password": password}
        assert (await owner.http.post("/auth/token", data=form)).status_code in {401, 422}
        body = {"username": "owner", "password": password}
        assert (await owner.http.post("/auth/login", json=body)).status_code in {401, 422}
    await owner.close()
    assert "never awaited" not in talkoot.log


async def test_row_08_no_secret_belongs_into_an_address_and_none_ends_in_the_log(
    talkoot_sqlite: Talkoot,
) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    ticket = (await owner.post("/ws-ticket", expect=200))["ticket"]
    for name in ("token", "access_token", "refresh_token", "ticket"):
        answer = await owner.http.get("/users/me", params={name: owner.token})
        assert answer.status_code == 400
        async with Raw(talkoot_sqlite.url) as raw:
            assert await raw.handshake(f"/api/v1/ws?{name}={owner.token}") == 400
    async with Raw(talkoot_sqlite.url) as raw:
        assert await raw.handshake(Sec_WebSocket_Protocol=f"talkoot.v1, {owner.token}") == 400
    await owner.http.get("/users/me", headers={"Referer": f"http://x/?token={owner.token}"})
    await owner.http.get("/users/me", headers={"User-Agent": owner.token})
    await owner.http.get(f"/nothing/{owner.token}")
    socket = await Socket.open(talkoot_sqlite.url)
    await socket.hello(ticket=ticket)
    await socket.push(op="auth", token=owner.token)
    await socket.close()
    invite = await owner.post(f"/workspaces/{workspace['id']}/invites")
    await owner.http.get(f"/invites/{invite['token']}")
    await owner.close()
    for secret in (owner.token, ticket, invite["token"], "correct horse"):
        assert secret not in talkoot_sqlite.log
