"""The web client's session: its cookie, and what another site's page can not do with it."""

import pytest

from tests.accounts.browsers import Web, code_of
from tests.clients import PASSWORD, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace


async def test_the_cookie_opens_the_api_until_it_is_put_away(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        cookie = dict(web.http.cookies)
        assert (await web.call("GET", "/users/me"))["id"] == person.user["id"]
        state = await web.call("GET", "/auth/session")
        assert (state["user"]["id"], state["csrf"]) == (person.user["id"], web.csrf)
        assert (state["setup_required"], state["registration"]) == (False, "invite")
        gone = await web.ask("POST", "/auth/logout")
        assert gone.status_code == 204
        assert "Max-Age=0" in gone.headers["set-cookie"]
        web.http.cookies.update(cookie)  # somebody kept a copy
        assert (await web.ask("GET", "/users/me")).status_code == 401
        stale = await web.ask("GET", "/auth/session")
        assert stale.json()["user"] is None
        assert "Max-Age=0" in stale.headers["set-cookie"]


async def test_over_plain_http_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    workspace_sqlite: Workspace,
) -> None:
    async with Web(workspace_sqlite.owner.url) as web:
        answer = await web.ask("POST", "/auth/login", {"username": "owner", "password": PASSWORD})
    name, *attributes = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert name.startswith("talkoot=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)
    assert not any(part.startswith("Domain") for part in attributes)


async def test_over_https_the_cookie_is_bound_to_the_host(serve: Serve) -> None:
    talkoot = serve("sqlite", public_url="https://chat.example.test")
    owner, _ = await set_up(talkoot.url)
    async with owner, Web(talkoot.url) as web:
        answer = await web.ask(
            "POST",
            "/auth/login",
            {"username": "owner", "password": PASSWORD},
            {"Origin": "https://chat.example.test"},
        )
        name, *attributes = [part.strip() for part in answer.headers["set-cookie"].split(";")]
        assert name.startswith("__Host-talkoot=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(attributes)
        cookie = name.partition("=")[2]
        for given in ("talkoot", "__Secure-talkoot"):  # what a neighbour host could have set
            answer = await web.http.get("/users/me", headers={"Cookie": f"{given}={cookie}"})
            assert answer.status_code == 401, given
        local = await web.ask("POST", "/auth/login", {"username": "owner", "password": PASSWORD})
        assert code_of(local) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": None},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
    ],
)
async def test_row_32_another_sites_page_can_not_act_with_the_cookie(
    workspace_sqlite: Workspace, headers: dict[str, str | None]
) -> None:
    person = await workspace_sqlite.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        answer = await web.ask("PATCH", "/users/me", {"display_name": "Forged"}, headers)
        assert answer.status_code == 403, answer.text
        assert (await web.call("GET", "/users/me"))["display_name"] != "Forged"
        assert (await web.call("PATCH", "/users/me", {"display_name": "Own"}))["display_name"] == "Own"


async def test_row_32_look_alike_origins_are_foreign(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    own = person.url
    async with Web(own) as web:
        await web.sign_in(person.user["username"])
        for origin in (
            f"{own}.evil.example",
            f"{own}0",
            own.rpartition(":")[0],
            own.replace("http", "https"),
        ):
            answer = await web.ask("POST", "/ws-ticket", headers={"Origin": origin})
            assert code_of(answer) == (403, "foreign_origin"), origin


async def test_row_32_the_token_of_one_session_is_not_that_of_another(workspace_sqlite: Workspace) -> None:
    person, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    async with Web(person.url) as web, Web(person.url) as others:
        await web.sign_in(person.user["username"])
        await others.sign_in(other.user["username"])
        answer = await web.ask("POST", "/ws-ticket", headers={"X-CSRF-Token": others.csrf})
        assert code_of(answer) == (403, "csrf")


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register", "/setup"])
async def test_row_32_nobody_is_signed_in_or_made_from_another_sites_page(
    workspace_sqlite: Workspace, path: str
) -> None:
    body = {
        "username": "owner",
        "password": PASSWORD,
        "display_name": "X",
        "workspace": "X",
    }
    async with Web(workspace_sqlite.owner.url) as web:
        answer = await web.ask("POST", path, body, {"Origin": "https://evil.example"})
        assert code_of(answer) == (403, "foreign_origin")
        answer = await web.ask("POST", path, body, {"Content-Type": "text/plain"})
        assert code_of(answer) == (415, "unsupported_type")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "0" * 32, f"{'0' * 32}.x", "\u00e9", "." * 5000])
async def test_a_made_up_cookie_is_nobody(workspace_sqlite: Workspace, cookie: str) -> None:
    async with Web(workspace_sqlite.owner.url) as web:
        sent = {"Cookie": f"talkoot={cookie}".encode()}
        answer = await web.http.get("/users/me", headers=sent)  # type: ignore[arg-type]
        assert answer.status_code == 401
        answer = await web.http.get("/auth/session", headers=sent)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["user"]) == (200, None)


async def test_a_cookie_needs_its_own_secret(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        session, _, secret = web.http.cookies["talkoot"].partition(".")
        web.http.cookies.clear()
        for value in (f"{session}.", session, f"{session}.{secret[:-1]}", f"{session}.{secret[::-1]}"):
            answer = await web.http.get("/users/me", headers={"Cookie": f"talkoot={value}"})
            assert answer.status_code == 401, value


async def test_a_wrong_token_is_not_helped_by_a_cookie(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    async with Web(person.url) as web:
        await web.sign_in(person.user["username"])
        answer = await web.ask("GET", "/users/me", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401


async def test_other_sites_of_the_settings_are_let_in(serve: Serve) -> None:
    talkoot = serve("sqlite", allowed_origins='["https://intranet.example.test"]')
    owner, _ = await set_up(talkoot.url)
    async with owner, Web(talkoot.url) as web:
        await web.sign_in("owner")
        allowed = await web.ask("POST", "/ws-ticket", headers={"Origin": "https://intranet.example.test"})
        assert allowed.status_code == 200
        foreign = await web.ask(
            "POST", "/ws-ticket", headers={"Origin": "https://intranet.example.test.evil"}
        )
        assert foreign.status_code == 403
