"""One's sessions: seen, closed, and gone within two seconds wherever they were open."""

from uuid import uuid4

import pytest

from tests.accounts.browsers import Web, code_of
from tests.clients import PASSWORD, Api, Socket, join, set_up
from tests.conftest import DATABASES, Database, Serve
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

NEW = "another horse, another battery"


async def second(person: Api) -> Api:
    async with Api(person.url) as nobody:
        return await nobody.sign_in(person.user["username"])


async def current(person: Api) -> str:
    sessions = await person.get("/auth/sessions")
    return next(str(session["id"]) for session in sessions["items"] if session["current"])


async def test_the_list_tells_where_one_is_signed_in(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Web(person.url, **{"User-Agent": f"Test Browser {'1' * 500}"}) as web:
        await web.sign_in(person.user["username"])
        sessions = (await web.call("GET", "/auth/sessions"))["items"]
    assert sorted(session["kind"] for session in sessions) == ["cookie", "token"]
    here = next(session for session in sessions if session["current"])
    assert (here["kind"], here["address"]) == ("cookie", "127.0.0.1")
    assert here["user_agent"] == f"Test Browser {'1' * 187}"
    assert here["created_at"] <= here["last_seen_at"] < here["expires_at"]


async def test_row_06_closing_one_ends_its_token_and_its_sockets_and_no_others(workspace: Workspace) -> None:
    person = await workspace.member()
    async with (
        await second(person) as other,
        await Socket.of(person) as staying,
        await Socket.of(other) as going,
    ):
        await person.delete(f"/auth/sessions/{await current(other)}")
        assert (await going.closed(2))[0] == 4401
        assert (await other.ask("GET", "/users/me")).status_code == 401
        assert (await staying.ask(op="hb"))["op"] == "hb"
        assert (await person.ask("GET", "/users/me")).status_code == 200


async def test_nobody_closes_the_sessions_of_others(workspace: Workspace) -> None:
    person, stranger = await workspace.member(), await workspace.member()
    for session in (await current(person), str(uuid4())):
        assert await stranger.refusal("DELETE", f"/auth/sessions/{session}") == (404, "not_found")
    await stranger.delete("/auth/sessions")
    assert (await person.ask("GET", "/users/me")).status_code == 200


async def test_row_06_signing_out_everywhere_else_leaves_here(workspace: Workspace) -> None:
    person = await workspace.member()
    async with await second(person) as other, Web(person.url) as web:
        await web.sign_in(person.user["username"])
        async with await Socket.of(other) as socket:
            await person.delete("/auth/sessions")
            assert (await socket.closed(2))[0] == 4401
        assert (await other.ask("GET", "/users/me")).status_code == 401
        assert (await web.ask("GET", "/users/me")).status_code == 401
        assert len((await person.get("/auth/sessions"))["items"]) == 1


async def test_row_06_signing_out_ends_ones_own_socket(workspace: Workspace) -> None:
    person = await workspace.member()
    async with await second(person) as other, await Socket.of(other) as socket:
        await other.post("/auth/logout", expect=204)
        assert (await socket.closed(2))[0] == 4401
        assert (await other.ask("GET", "/users/me")).status_code == 401


async def test_row_06_a_new_password_needs_the_old_one_and_signs_out_elsewhere(workspace: Workspace) -> None:
    person = await workspace.member()
    change = {"password": NEW, "current_password": PASSWORD}
    async with await second(person) as other, await Socket.of(other) as socket:
        assert await person.refusal("PATCH", "/users/me", {"password": NEW}) == (422, "invalid")
        wrong = {**change, "current_password": "not it at all"}
        assert await person.refusal("PATCH", "/users/me", wrong) == (403, "wrong_password")
        assert await person.refusal("PATCH", "/users/me", {**change, "password": "short"}) == (422, "invalid")
        assert (await other.ask("GET", "/users/me")).status_code == 200
        await person.patch("/users/me", change)
        assert (await socket.closed(2))[0] == 4401
        assert (await other.ask("GET", "/users/me")).status_code == 401
        assert (await person.ask("GET", "/users/me")).status_code == 200
    async with Api(person.url) as nobody:
        form = {"grant_type": "password", "username": person.user["username"], "password": PASSWORD}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 401
        async with await nobody.sign_in(person.user["username"], NEW) as again:
            assert again.user["id"] == person.user["id"]


async def test_a_session_of_a_token_does_not_open_with_a_cookie(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    session = (await current(person)).replace("-", "")
    async with Web(person.url) as web:
        for secret in ("", person.token):
            answer = await web.http.get("/users/me", headers={"Cookie": f"talkoot={session}.{secret}"})
            assert answer.status_code == 401


async def test_sessions_outlive_the_process(talkoot: Talkoot) -> None:
    owner, _ = await set_up(talkoot.url)
    async with owner, Web(talkoot.url) as web:
        await web.sign_in("owner")
        talkoot.restart()
        assert (await owner.get("/users/me"))["id"] == owner.user["id"]
        assert (await web.call("GET", "/users/me"))["id"] == owner.user["id"]
        assert (await web.call("PATCH", "/users/me", {"time_zone": "Europe/Berlin"}))["time_zone"]


@pytest.mark.parametrize("database", DATABASES)
async def test_row_05_what_the_command_line_does_reaches_the_running_server(
    serve: Serve, database: Database
) -> None:
    talkoot = serve(database, check_seconds="1")
    owner, made = await set_up(talkoot.url)
    member = await join(owner, made["id"], "member")
    async with owner, member, await Socket.of(member) as socket, Api(talkoot.url) as nobody:
        invite = await member.post(f"/workspaces/{made['id']}/invites")
        done = talkoot.run("user", "deactivate", "member")
        assert done.returncode == 0, done.stderr
        # The message of another process does not come: the server has to look by itself.
        assert (await socket.closed(30))[0] == 4401
        assert (await member.ask("GET", "/users/me")).status_code == 401
        form = {"grant_type": "password", "username": "member", "password": PASSWORD}
        answer = await nobody.http.post("/auth/token", data=form)
        assert code_of(answer) == (401, "invalid_credentials")
        assert (await owner.get(f"/users/{member.user['id']}"))["deactivated"] is True
        # Nobody comes back under another name by an invitation that they left to themselves.
        back = {"username": "back", "display_name": "B", "password": PASSWORD, "invite": invite["token"]}
        assert await nobody.refusal("POST", "/auth/register", back) == (403, "invitation_invalid")
        assert talkoot.run("user", "reactivate", "member").returncode == 0
        async with await nobody.sign_in("member") as again:
            assert again.user["id"] == member.user["id"]
        assert (await member.ask("GET", "/users/me")).status_code == 401
        assert (await owner.ask("GET", "/users/me")).status_code == 200


async def test_row_06_a_node_that_was_told_nothing_finds_out(serve: Serve) -> None:
    nowhere = {"secret_key": "one key for both nodes, long enough", "redis_url": "redis://127.0.0.1:1"}
    nowhere["check_seconds"] = "1"
    first = serve("postgresql", **nowhere)
    second_node = serve("postgresql", database_url=first.environment["TALKOOT_DATABASE_URL"], **nowhere)
    owner, _ = await set_up(first.url)
    async with owner, Api(second_node.url, owner.token) as elsewhere:
        assert (await elsewhere.ask("GET", "/users/me")).status_code == 200
        async with await Socket.of(elsewhere) as socket:
            await owner.post("/auth/logout", expect=204)
            assert (await socket.closed(30))[0] == 4401
        assert (await elsewhere.ask("GET", "/users/me")).status_code == 401
