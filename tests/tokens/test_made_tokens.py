"""Tokens that people make: shown once, good for what they were made for, and gone everywhere at once."""

import asyncio
import re
import uuid
import zlib

from tests.accounts.browsers import Web
from tests.clients import PASSWORD, Api, Json, Socket, join, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace

FORM = re.compile(r"talkoot_pat_[0-9A-Za-z]{55}")
ALL = ["read", "write", "members", "moderate", "administer"]
MINE = "/users/me/tokens"


async def made(person: Api, *scopes: str, **more: object) -> tuple[Json, Api]:
    """A new token, and a client that comes with it."""
    wanted = {"name": "a program", "scopes": list(scopes or ALL), **more}
    token = await person.post(MINE, wanted)
    return token, Api(person.url, token["token"], person.user)


async def test_a_token_is_shown_once_and_acts_as_its_owner(workspace: Workspace) -> None:
    person = await workspace.member()
    room = await workspace.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    token, program = await made(person, "read", "write")
    assert FORM.fullmatch(token["token"])
    assert (token["name"], token["scopes"], token["places"]) == ("a program", ["read", "write"], None)
    assert (token["last_used_at"], token["expires_at"]) == (None, None)
    async with program:
        assert (await program.get("/users/me"))["id"] == person.user["id"]
        sent = await program.post(f"/rooms/{room}/messages", {"text": "By a program"})
        assert sent["sender"]["id"] == person.user["id"]
    (listed,) = (await person.get(MINE))["items"]
    assert listed["last_used_at"] is not None
    assert listed == {k: v for k, v in token.items() if k != "token"} | {
        "last_used_at": listed["last_used_at"]
    }
    assert [session["kind"] for session in (await person.get("/auth/sessions"))["items"]] == ["token"]


async def test_a_token_that_is_revoked_or_rotated_ends_at_once(workspace: Workspace) -> None:
    person, stranger = await workspace.member(), await workspace.member()
    (first, old), (other, staying) = await made(person, "read"), await made(person, "read")
    async with old, staying, await Socket.of(old) as going, await Socket.of(staying) as there:
        assert await stranger.refusal("DELETE", f"{MINE}/{first['id']}") == (404, "not_found")
        second = await person.post(f"{MINE}/{first['id']}/rotate", expect=200)
        assert (await going.closed(2))[0] == 4401
        assert (await old.ask("GET", "/users/me")).status_code == 401
        assert second["scopes"] == ["read"]
        async with Api(person.url, second["token"]) as new:
            await new.get("/users/me")
        await person.delete(f"{MINE}/{other['id']}")
        assert (await there.closed(2))[0] == 4401
        assert await person.refusal("DELETE", f"{MINE}/{other['id']}") == (404, "not_found")
    assert [token["id"] for token in (await person.get(MINE))["items"]] == [second["id"]]


async def test_row_25_nothing_that_opens_the_account_is_done_with_a_token(
    workspace_sqlite: Workspace,
) -> None:
    person = await workspace_sqlite.member()
    token, program = await made(person)
    change = {"password": "another horse, another battery", "current_password": PASSWORD}
    async with program:
        for method, path, body in (
            ("POST", MINE, {"name": "more", "scopes": ["read"]}),
            ("GET", MINE, None),
            ("POST", f"{MINE}/{token['id']}/rotate", None),
            ("PATCH", "/users/me", change),
            ("POST", "/ws-ticket", None),
            ("GET", "/auth/sessions", None),
            ("DELETE", "/auth/sessions", None),
            ("POST", "/auth/logout", None),
            ("GET", "/users/me/identities", None),
        ):
            assert await program.refusal(method, path, body) == (403, "insufficient_scope"), path
    assert (await person.ask("GET", "/users/me")).status_code == 200


async def test_a_socket_with_a_token_does_and_hears_what_the_token_is_good_for(
    workspace_sqlite: Workspace,
) -> None:
    person = await workspace_sqlite.member()
    here, elsewhere = await workspace_sqlite.room(), await workspace_sqlite.room()
    for room in (here, elsewhere):
        await person.post(f"/rooms/{room}/join", expect=204)
    _, limited = await made(person, "read", places=[here])
    async with limited, await Socket.of(limited) as socket, await Socket.of(person) as full:
        answer = await socket.ask(op="sub", rooms=[{"room": here}, {"room": elsewhere}])
        assert [room["room"] for room in answer["rooms"]] == [here]
        assert [refused["room"] for refused in answer["refused"]] == [elsewhere]
        assert (await socket.send(here, "not with this"))["code"] == "forbidden"
        assert (await socket.ask(op="presence", users=[person.user["id"]]))["code"] == "forbidden"
        await workspace_sqlite.owner.post(f"/rooms/{elsewhere}/messages", {"text": "unheard"})
        await workspace_sqlite.owner.post(f"/rooms/{here}/messages", {"text": "heard"})
        await full.until(op="heads")  # what the person is told of the other room
        await person.post(f"/rooms/{elsewhere}/leave", expect=204)
        await full.until(op="notice", kind="room.left")
        assert (await socket.event("message.created"))["body"]["text"] == "heard"
        told = await socket.settled()
        assert elsewhere not in str(told)
        assert {frame["op"] for frame in told} == {"welcome", "ev"}
        # Whatever else one has, this socket stays what it is.
        assert (await socket.ask(op="auth", token=person.token))["code"] == "forbidden"
        assert (await socket.ask(op="auth", token=limited.token))["op"] == "ok"


async def test_places_have_to_be_known_and_lists_are_cut_down_to_them(workspace: Workspace) -> None:
    person = await workspace.member()
    here, private = await workspace.room(), await workspace.room(kind="private")
    await person.post(f"/rooms/{here}/join", expect=204)
    for unknown in (private, str(uuid.uuid4())):
        wanted = {"name": "x", "scopes": ["read"], "places": [unknown]}
        assert await person.refusal("POST", MINE, wanted) == (422, "invalid")
    _, in_room = await made(person, "read", places=[here])
    _, in_workspace = await made(person, "read", places=[workspace.id])
    async with in_room, in_workspace:
        assert (await in_room.get("/workspaces"))["items"] == []
        assert [unread["room"] for unread in (await in_room.get("/unreads"))["items"]] == [here]
        assert [each["id"] for each in (await in_workspace.get("/workspaces"))["items"]] == [workspace.id]
        assert await in_room.refusal("GET", f"/workspaces/{workspace.id}/rooms") == (404, "not_found")
        listed = (await in_workspace.get(f"/workspaces/{workspace.id}/rooms"))["items"]
        assert here in {room["id"] for room in listed}


async def test_what_is_asked_for_has_to_make_sense(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    for wrong in (
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": " ", "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "expires_in_days": 0},
        {"name": "x", "scopes": ["read"], "places": []},
    ):
        assert await person.refusal("POST", MINE, wrong) == (422, "invalid"), wrong


async def test_a_new_password_ends_tokens_and_signing_out_elsewhere_does_not(
    workspace_sqlite: Workspace,
) -> None:
    person = await workspace_sqlite.member()
    _, program = await made(person, "read")
    async with program, await Socket.of(program) as socket:
        await person.delete("/auth/sessions")
        await program.get("/users/me")
        change = {"password": "another horse, another battery", "current_password": PASSWORD}
        await person.patch("/users/me", change)
        assert (await socket.closed(2))[0] == 4401
        assert (await program.ask("GET", "/users/me")).status_code == 401


async def test_who_looks_after_the_installation_sees_and_revokes_all(workspace: Workspace) -> None:
    person = await workspace.member()
    token, program = await made(person, "read")
    owner = workspace.owner
    (listed,) = (await owner.get("/tokens", user=person.user["id"]))["items"]
    assert (listed["id"], listed["owner"]["id"]) == (token["id"], person.user["id"])
    assert token["token"] not in str(await owner.get("/tokens", limit=200))
    assert await person.refusal("DELETE", f"/tokens/{token['id']}") in {
        (403, "forbidden"),
        (404, "not_found"),
    }
    async with program, await Socket.of(program) as socket:
        await owner.delete(f"/tokens/{token['id']}")
        assert (await socket.closed(2))[0] == 4401
    acts = (await owner.get("/audit", subject=token["id"]))["items"]
    assert [act["kind"] for act in acts] == ["token.revoked", "token.made"]
    assert token["token"] not in str(acts)


async def test_a_token_is_no_cookie_and_no_refresh_token(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    token, _ = await made(person)
    session = uuid.UUID(token["id"]).hex
    async with Web(person.url) as web, Api(person.url) as nobody:
        web.http.cookies.set("talkoot", f"{session}.{token['token']}")
        assert (await web.http.get("/users/me")).status_code == 401
        form = {"grant_type": "refresh_token", "refresh_token": token["token"]}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 401


def with_checksum(body: str) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    left, signs = zlib.crc32(body.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        signs = alphabet[digit] + signs
    return body + signs


async def test_row_04_and_08_and_14_and_24_wrong_tokens_are_refused_and_slowed_down_and_none_is_logged(
    serve: Serve,
) -> None:
    talkoot = serve("sqlite", token_days="30", rate_limits="on", log_level="debug", log_format="json")
    owner, workspace = await set_up(talkoot.url)
    async with owner, await join(owner, workspace["id"], "maker") as person:
        assert await person.refusal(
            "POST", MINE, {"name": "x", "scopes": ["read"], "expires_in_days": 31}
        ) == (
            422,
            "invalid",
        )
        token, program = await made(person)
        assert token["expires_at"] is not None
        secret = token["token"]
        wrong = [
            secret[:-1] + ("0" if secret[-1] != "0" else "1"),  # the checksum is another one
            with_checksum(secret[:-26] + "0" * 20),  # the session is there, the secret is not its own
            with_checksum("talkoot_pat_" + "z" * 49),
            secret.replace("_pat_", "_bot_"),
            "talkoot_pat_",
        ]
        async with program, await Socket.of(program):
            for guess in wrong:
                async with Api(person.url, guess) as thief:
                    assert (await thief.ask("GET", "/users/me")).status_code == 401, guess
                async with await Socket.open(person.url) as socket:
                    await socket.push(op="hello", token=guess)
                    assert (await socket.closed())[0] == 4401
            assert (await program.ask("GET", "/users/me", token=secret)).status_code == 400
            async with Api(person.url, wrong[1]) as thief:
                told = [(await thief.ask("GET", "/users/me")).status_code for _ in range(60)]
            assert told[-1] == 429
            assert (await program.ask("GET", "/users/me")).status_code == 200  # who has a right one goes on
        await asyncio.gather(*(person.delete(f"{MINE}/{t['id']}") for t in (await person.get(MINE))["items"]))
    talkoot.stop()
    for guess in (secret, *wrong[:4]):
        assert guess not in talkoot.log
        assert guess[12:40] not in talkoot.log
