"""Oneself and the cards of others."""

from uuid import uuid4

import pytest

from tests.clients import Json
from tests.workspaces import Workspace


async def test_oneself_is_shown_with_the_address(workspace: Workspace) -> None:
    person = await workspace.member()
    await person.patch("/users/me", {"email": f"{person.user['username']}@example.test"})
    me = await person.get("/users/me")
    assert me["email"] == f"{me['username']}@example.test"
    assert me["time_zone"] is None
    assert me["created_at"].endswith("Z")


async def test_what_is_left_out_stays(workspace: Workspace) -> None:
    person = await workspace.member()
    await person.patch("/users/me", {"display_name": "First", "time_zone": "Europe/Berlin"})
    me = await person.patch("/users/me", {"time_zone": "Asia/Tokyo"})
    assert (me["display_name"], me["time_zone"]) == ("First", "Asia/Tokyo")
    assert (await person.patch("/users/me", {"email": None}))["email"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"display_name": "a\u202eb"},
        {"time_zone": "Europe/Nowhere"},
        {"time_zone": "../../etc/passwd"},
        {"email": "no address"},
        {"display_name": 7},
    ],
)
async def test_a_change_that_is_not_acceptable_changes_nothing(
    workspace_sqlite: Workspace, change: Json
) -> None:
    person = await workspace_sqlite.member()
    assert await person.refusal("PATCH", "/users/me", change) == (422, "invalid")
    assert await person.get("/users/me") == person.user


async def test_nobody_changes_what_is_not_theirs_to_change(workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    forged = {"id": str(uuid4()), "username": "owner", "bot": True, "deactivated": True, "password_hash": "x"}
    assert await person.patch("/users/me", forged) == person.user


async def test_an_address_belongs_to_one(workspace: Workspace) -> None:
    person, other = await workspace.member(), await workspace.member()
    address = f"{person.user['username']}@example.test"
    await person.patch("/users/me", {"email": address})
    assert (await other.refusal("PATCH", "/users/me", {"email": address.upper()}))[0] == 409


async def test_a_card_is_shown_to_those_who_share_a_workspace(workspace: Workspace) -> None:
    person = await workspace.member()
    await person.patch("/users/me", {"email": f"{person.user['username']}@example.test"})
    card = await workspace.owner.get(f"/users/{person.user['id']}")
    assert card["username"] == person.user["username"]
    assert "email" not in card
    assert (await person.get(f"/users/{person.user['id']}"))["id"] == person.user["id"]


async def test_others_do_not_exist(workspace: Workspace) -> None:
    person = await workspace.member()
    async with await Workspace.make(workspace.owner) as elsewhere:
        stranger = await elsewhere.member()
        for unknown in (stranger.user["id"], str(uuid4())):
            assert await person.refusal("GET", f"/users/{unknown}") == (404, "not_found")
