"""Which usernames, display names, addresses and passwords are taken, seen from registration."""

from typing import Any

import pytest

from tests.clients import PASSWORD, Api
from tests.workspaces import Workspace, names


async def invited(workspace: Workspace) -> str:
    made = await workspace.owner.post(f"/workspaces/{workspace.id}/invites", {"max_uses": 100})
    return str(made["token"])


async def register(workspace: Workspace, **given: Any) -> tuple[int, Any]:
    async with Api(workspace.owner.url) as nobody:
        person = {
            "invite": await invited(workspace),
            "username": f"person{next(names)}",
            "display_name": "Person",
            "password": PASSWORD,
            **given,
        }
        answer = await nobody.ask("POST", "/auth/register", person)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "name", ["a", "a" * 33, "-ab", "ab.", "a b", "a@b", "a/b", "ab\u202e", "ab\u200b", "a\u034fb"]
)
async def test_a_username_has_a_plain_form(workspace_sqlite: Workspace, name: str) -> None:
    status, problem = await register(workspace_sqlite, username=name)
    assert (status, problem["code"]) == (422, "invalid")
    assert [error["field"] for error in problem["errors"]] == ["username"]


@pytest.mark.parametrize("name", ["b\u043eb", "\u03b1lice", "everyone", "HERE"])
async def test_a_username_neither_mixes_scripts_nor_means_everybody(
    workspace_sqlite: Workspace, name: str
) -> None:
    assert (await register(workspace_sqlite, username=name))[0] == 422


async def test_names_that_look_the_same_are_the_same(workspace: Workspace) -> None:
    number = next(names)
    assert (await register(workspace, username=f"Coco{number}"))[0] == 201
    for twin in ("coco", "COCO", "\u0441\u043e\u0441\u043e", "\uff43\uff4f\uff43\uff4f"):
        status, problem = await register(workspace, username=f"{twin}{number}")
        assert (status, problem["errors"][0]["field"]) == (409, "username"), twin


@pytest.mark.parametrize(
    "name", ["\u7530\u4e2d\u3055\u3093", "\u00c9milie", "\u0418\u0432\u0430\u043d-2", "x_y.z"]
)
async def test_a_username_may_be_of_any_script(workspace_sqlite: Workspace, name: str) -> None:
    status, user = await register(workspace_sqlite, username=f"{name}{next(names)}")
    assert status == 201, user
    assert user["username"].startswith(name)


@pytest.mark.parametrize("name", [" ", "a\u202eb", "a\x07b", "\u200d", "\u3164", "x" * 65])
async def test_a_display_name_shows_something_and_rules_over_nothing(
    workspace_sqlite: Workspace, name: str
) -> None:
    assert (await register(workspace_sqlite, display_name=name))[0] == 422


async def test_an_address_is_unique_and_has_the_form_of_one(workspace: Workspace) -> None:
    address = f"someone{next(names)}@example.test"
    status, user = await register(workspace, email=address)
    assert (status, user["email"]) == (201, address)
    status, problem = await register(workspace, email=address.upper())
    assert (status, problem["errors"][0]["field"]) == (409, "email")
    assert (await register(workspace, email="no address"))[0] == 422


@pytest.mark.parametrize(
    "password",
    ["1234567", "x" * 257, "password", "PassWord123", "aaaaaaaaaa", "ababababab", "Person The Second"],
)
async def test_a_password_is_long_and_not_the_first_guess(workspace_sqlite: Workspace, password: str) -> None:
    status, problem = await register(workspace_sqlite, password=password, display_name="Person The Second")
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == ["password"]


async def test_row_43_all_of_a_long_password_counts(workspace_sqlite: Workspace) -> None:
    password = "long enough " * 21  # 252 characters, and more than 72 bytes
    status, user = await register(workspace_sqlite, password=password)
    assert status == 201
    async with Api(workspace_sqlite.owner.url) as nobody:
        async with await nobody.sign_in(user["username"], password) as person:
            assert person.user["id"] == user["id"]
        form = {"grant_type": "password", "username": user["username"], "password": password[:-1]}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 401


async def test_a_password_is_the_same_however_its_letters_are_composed(workspace_sqlite: Workspace) -> None:
    status, user = await register(workspace_sqlite, password="caf\u00e9 cr\u00e8me")
    assert status == 201
    async with (
        Api(workspace_sqlite.owner.url) as nobody,
        await nobody.sign_in(user["username"], "cafe\u0301 cre\u0300me") as person,
    ):
        assert person.user["id"] == user["id"]


async def test_row_23_nothing_of_a_registration_is_believed_that_was_not_asked_for(
    workspace: Workspace,
) -> None:
    status, user = await register(workspace, bot=True, role="owner", id=workspace.id, deactivated=True)
    assert (status, user["bot"], user["deactivated"]) == (201, False, False)
    assert user["id"] != workspace.id
    members = await workspace.owner.get(f"/workspaces/{workspace.id}/members")
    roles = {member["user"]["id"]: member["role"] for member in members["items"]}
    assert roles[user["id"]] == "member"
