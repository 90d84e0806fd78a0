"""Signing in with a password: who gets in, who does not, and how little the refusal tells."""

import time
from typing import Any

import pytest

from tests.accounts.browsers import Web, code_of
from tests.clients import PASSWORD, Api
from tests.workspaces import Workspace

GUESS = "not the right password"


async def test_a_username_or_an_address_signs_in_whatever_its_case(workspace: Workspace) -> None:
    person = await workspace.member()
    name = person.user["username"]
    await person.patch("/users/me", {"email": f"{name}@example.test"})
    async with Api(person.url) as nobody:
        for login in (name, name.upper(), f"{name}@example.test", f"{name.upper()}@Example.test"):
            async with await nobody.sign_in(login) as again:
                assert again.user["id"] == person.user["id"]


@pytest.mark.parametrize("login", ["", "nobody-of-that-name", "nobody@example.test", "\u202e", "x" * 300])
async def test_row_04_a_wrong_login_is_refused(workspace_sqlite: Workspace, login: str) -> None:
    async with Web(workspace_sqlite.owner.url) as web:
        answer = await web.ask("POST", "/auth/login", {"username": login, "password": GUESS})
    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers


async def test_row_14_the_refusal_does_not_tell_who_exists(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Web(person.url) as web:
        known = await web.ask("POST", "/auth/login", {"username": person.user["username"], "password": GUESS})
        unknown = await web.ask("POST", "/auth/login", {"username": "who-is-that", "password": GUESS})
    assert code_of(known) == code_of(unknown) == (401, "invalid_credentials")
    assert known.content == unknown.content


async def test_row_14_the_refusal_takes_as_long_for_a_user_who_is_not_there(
    workspace_sqlite: Workspace,
) -> None:
    person = await workspace_sqlite.member()
    took: dict[str, list[float]] = {person.user["username"]: [], "who-is-that": []}
    async with Api(person.url) as nobody:
        for _ in range(12):
            for login, times in took.items():
                began = time.perf_counter()
                answer = await nobody.http.post("/auth/token", data=_form(username=login, password=GUESS))
                times.append(time.perf_counter() - began)
                assert answer.status_code == 401
    known, unknown = map(min, took.values())  # what else the machine does only adds to it
    assert 0.6 < known / unknown < 1.6, (known, unknown)


async def test_tokens_are_answered_as_oauth2_says(workspace: Workspace) -> None:
    person = await workspace.member()
    async with Api(person.url) as nobody:
        answer = await nobody.http.post("/auth/token", data=_form(username=person.user["username"]))
    assert answer.headers["cache-control"] == "no-store"
    pair = answer.json()
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 24 * 3600)  # as these servers are set
    assert pair.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
        ({"grant_type": "password", "username": "owner"}, (422, "invalid")),
        ({"grant_type": "password", "password": PASSWORD}, (422, "invalid")),
        ({"grant_type": "refresh_token"}, (422, "invalid")),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, (401, "invalid_grant")),
        ({"grant_type": "password", "username": "owner", "password": GUESS}, (401, "invalid_credentials")),
        ({}, (422, "invalid")),
    ],
)
async def test_a_token_request_that_does_not_hold_is_refused(
    workspace_sqlite: Workspace, form: dict[str, str], refusal: tuple[int, str]
) -> None:
    async with Api(workspace_sqlite.owner.url) as nobody:
        assert code_of(await nobody.http.post("/auth/token", data=form)) == refusal


async def test_without_credentials_nothing_is_told(workspace_sqlite: Workspace) -> None:
    async with Api(workspace_sqlite.owner.url) as nobody:
        for method, path in (
            ("GET", "/users/me"),
            ("PATCH", "/users/me"),
            ("GET", "/auth/sessions"),
            ("DELETE", "/auth/sessions"),
            ("POST", "/auth/logout"),
            ("POST", "/ws-ticket"),
            ("POST", f"/workspaces/{workspace_sqlite.id}/invites"),
        ):
            answer = await nobody.ask(method, path, None if method in {"GET", "DELETE"} else {})
            assert code_of(answer) == (401, "not_authenticated"), path
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["access_token", "token", "ticket", "refresh_token"])
async def test_row_08_a_secret_in_the_address_is_refused(workspace_sqlite: Workspace, name: str) -> None:
    owner = workspace_sqlite.owner
    async with Api(owner.url) as nobody:
        assert code_of(await nobody.http.get("/users/me", params={name: owner.token})) == (400, "malformed")
    assert code_of(await owner.http.get("/users/me", params={name: "x"})) == (400, "malformed")


async def test_row_24_passwords_and_tokens_are_never_shown_again(workspace: Workspace) -> None:
    person = await workspace.member()
    for path in ("/users/me", "/auth/sessions", f"/workspaces/{workspace.id}/members"):
        shown = (await person.ask("GET", path)).text
        assert "argon2" not in shown
        assert "hash" not in shown
        assert "secret" not in shown


def _form(**given: Any) -> dict[str, Any]:
    return {"grant_type": "password", "password": PASSWORD, **given}
