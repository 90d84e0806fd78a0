"""Invitations and registration."""

import asyncio
from collections import Counter

import pytest

from tests.clients import PASSWORD, Api, Json, join, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace, names


def person(**more: object) -> Json:
    return {"username": f"new{next(names)}", "display_name": "New", "password": PASSWORD, **more}


async def invite(workspace: Workspace, host: Api | None = None, **more: object) -> Json:
    made: Json = await (host or workspace.owner).post(f"/workspaces/{workspace.id}/invites", dict(more))
    return made


async def test_an_invitation_leads_into_the_workspace_and_its_rooms(workspace: Workspace) -> None:
    made = await invite(workspace)
    assert made["url"].endswith(f"/join/{made['token']}")
    async with Api(workspace.owner.url) as nobody:
        card = await nobody.get(f"/invites/{made['token']}")
        assert card["workspace"].startswith("Workspace ")
        assert card["role"] == "member"
        new = person(invite=made["token"])
        user = await nobody.post("/auth/register", new)
        assert user["username"] == new["username"]
        async with await nobody.sign_in(new["username"]) as member:
            spaces = (await member.get("/workspaces"))["items"]
            assert [(space["id"], space["role"]) for space in spaces] == [(workspace.id, "member")]


async def test_a_newcomer_is_in_the_default_rooms(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, made = await set_up(talkoot.url)
    async with owner, Api(talkoot.url) as nobody:
        token = (await owner.post(f"/workspaces/{made['id']}/invites"))["token"]
        new = person(invite=token)
        await nobody.post("/auth/register", new)
        async with await nobody.sign_in(new["username"]) as member:
            rooms = (await member.get(f"/workspaces/{made['id']}/rooms"))["items"]
            assert {room["name"] for room in rooms if room["member"]} == {"general", "random"}


async def test_who_is_banned_from_a_default_room_comes_back_without_it(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, made = await set_up(talkoot.url)
    at = f"/workspaces/{made['id']}"
    async with owner, await join(owner, made["id"], "member") as member:
        whom, rooms = member.user["id"], (await owner.get(f"{at}/rooms"))["items"]
        general = next(room["id"] for room in rooms if room["name"] == "general")
        await owner.put(f"/rooms/{general}/sanctions/{whom}/ban", {})
        await member.delete(f"{at}/members/{whom}")
        token = (await owner.post(f"{at}/invites"))["token"]
        await member.post(f"/invites/{token}/accept", expect=200)
        seen = {room["name"]: room["member"] for room in (await member.get(f"{at}/rooms"))["items"]}
        assert seen == {"random": True}


async def test_nobody_invites_to_a_role_that_they_could_not_give(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    host, base = await workspace.member(), f"/workspaces/{workspace.id}"
    role = {"name": "Doormen", "rank": 40, "permissions": ["workspace.read", "members.invite"]}
    await workspace.owner.post(f"{base}/roles", role)
    before = await invite(workspace, host)
    change = f"{base}/members/{host.user['id']}"
    await workspace.owner.put(change, {"role": "Doormen"}, expect=204)
    assert await host.refusal("POST", f"{base}/invites", {}) == (403, "forbidden")
    guests = await invite(workspace, host, role="guest")
    async with Api(host.url) as nobody:
        late = person(invite=before["token"])
        assert await nobody.refusal("POST", "/auth/register", late) == (403, "invitation_invalid")
        await nobody.post("/auth/register", person(invite=guests["token"]))


@pytest.mark.parametrize("uses", [1, 3])
async def test_row_13_exactly_so_many_get_in_as_were_invited(workspace: Workspace, uses: int) -> None:
    made = await invite(workspace, max_uses=uses)
    async with Api(workspace.owner.url) as nobody:
        tries = [nobody.ask("POST", "/auth/register", person(invite=made["token"])) for _ in range(50)]
        answers = await asyncio.gather(*tries)
        assert Counter(answer.status_code for answer in answers) == {201: uses, 403: 50 - uses}
        assert await nobody.refusal("GET", f"/invites/{made['token']}") == (404, "not_found")
    members = await workspace.owner.get(f"/workspaces/{workspace.id}/members")
    assert len(members["items"]) == uses + 1


async def test_a_failed_registration_uses_nothing_up(workspace: Workspace) -> None:
    made = await invite(workspace, max_uses=1)
    async with Api(workspace.owner.url) as nobody:
        taken = person(invite=made["token"], username=workspace.owner.user["username"])
        assert (await nobody.refusal("POST", "/auth/register", taken))[0] == 409
        await nobody.post("/auth/register", person(invite=made["token"]))


async def test_an_invitation_that_was_taken_back_lets_nobody_in(workspace: Workspace) -> None:
    made = await invite(workspace)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/invites/{made['id']}")
    async with Api(workspace.owner.url) as nobody:
        refusal = await nobody.refusal("POST", "/auth/register", person(invite=made["token"]))
        assert refusal == (403, "invitation_invalid")
    again = f"/workspaces/{workspace.id}/invites/{made['id']}"
    assert (await workspace.owner.refusal("DELETE", again))[0] == 404


@pytest.mark.parametrize("token", ["", "x", "x" * 200, "' OR 1=1"])
async def test_a_made_up_invitation_lets_nobody_in(workspace_sqlite: Workspace, token: str) -> None:
    async with Api(workspace_sqlite.owner.url) as nobody:
        status, _ = await nobody.refusal("POST", "/auth/register", person(invite=token))
        assert status in {403, 422}


async def test_registration_needs_an_invitation_unless_it_is_open(workspace_sqlite: Workspace) -> None:
    async with Api(workspace_sqlite.owner.url) as nobody:
        for nothing in ({}, {"invite": None}):
            refusal = await nobody.refusal("POST", "/auth/register", person(**nothing))
            assert refusal == (403, "invitation_required")


async def test_open_registration_leads_into_the_first_workspace(serve: Serve) -> None:
    talkoot = serve("sqlite", registration="open")
    async with Api(talkoot.url) as nobody:
        refusal = await nobody.refusal("POST", "/auth/register", person())
        assert refusal == (409, "setup_required")
        owner, made = await set_up(talkoot.url)
        new = person()
        await nobody.post("/auth/register", new)
        async with owner, await nobody.sign_in(new["username"]) as member:
            spaces = (await member.get("/workspaces"))["items"]
            assert [(space["id"], space["role"]) for space in spaces] == [(made["id"], "member")]


async def test_closed_registration_is_closed_with_an_invitation_too(serve: Serve) -> None:
    talkoot = serve("sqlite", registration="closed")
    owner, made = await set_up(talkoot.url)
    async with owner, Api(talkoot.url) as nobody:
        token = (await owner.post(f"/workspaces/{made['id']}/invites"))["token"]
        refusal = await nobody.refusal("POST", "/auth/register", person(invite=token))
        assert refusal == (403, "registration_closed")


async def test_members_see_and_take_back_their_own_invitations_only(workspace: Workspace) -> None:
    member, other = await workspace.member(), await workspace.member()
    mine, owners = await invite(workspace, member), await invite(workspace)
    listed = (await member.get(f"/workspaces/{workspace.id}/invites"))["items"]
    assert [made["id"] for made in listed] == [mine["id"]]
    assert "token" not in listed[0]
    everybodys = (await workspace.owner.get(f"/workspaces/{workspace.id}/invites"))["items"]
    assert {mine["id"], owners["id"]} <= {made["id"] for made in everybodys}
    for made in (mine, owners):
        path = f"/workspaces/{workspace.id}/invites/{made['id']}"
        assert await other.refusal("DELETE", path) == (404, "not_found")
    await member.delete(f"/workspaces/{workspace.id}/invites/{mine['id']}")


async def test_outsiders_and_guests_invite_nobody(workspace: Workspace) -> None:
    path = f"/workspaces/{workspace.id}/invites"
    async with await Workspace.make(workspace.owner) as elsewhere:
        stranger = await elsewhere.member()
        assert await stranger.refusal("POST", path, {}) == (404, "not_found")
        assert await stranger.refusal("GET", path) == (404, "not_found")
    token = (await invite(workspace, role="guest"))["token"]
    async with Api(workspace.owner.url) as nobody:
        new = person(invite=token)
        await nobody.post("/auth/register", new)
        async with await nobody.sign_in(new["username"]) as guest:
            assert (await guest.get("/workspaces"))["items"][0]["role"] == "guest"
            assert await guest.refusal("POST", path, {}) == (403, "forbidden")
            assert (await guest.get(f"/workspaces/{workspace.id}/rooms"))["items"] == []


@pytest.mark.parametrize("wrong", [{"role": "owner"}, {"role": "admin"}, {"max_uses": 0}, {"expires_in": 1}])
async def test_an_invitation_has_bounds(workspace_sqlite: Workspace, wrong: Json) -> None:
    path = f"/workspaces/{workspace_sqlite.id}/invites"
    assert await workspace_sqlite.owner.refusal("POST", path, wrong) == (422, "invalid")


async def test_an_invitation_of_one_who_left_lets_nobody_in(workspace: Workspace) -> None:
    member = await workspace.member()
    made = await invite(workspace, member)
    await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    async with Api(workspace.owner.url) as nobody:
        refusal = await nobody.refusal("POST", "/auth/register", person(invite=made["token"]))
        assert refusal == (403, "invitation_invalid")


async def test_one_account_joins_another_workspace(workspace: Workspace) -> None:
    elsewhere = await Workspace.make(workspace.owner)
    member = await workspace.member()
    token = (await invite(elsewhere, max_uses=1))["token"]
    assert await member.call("POST", f"/invites/{token}/accept") == {"workspace": elsewhere.id}
    ids = {space["id"] for space in (await member.get("/workspaces"))["items"]}
    assert ids == {workspace.id, elsewhere.id}
    late = await workspace.member()
    assert (await late.refusal("POST", f"/invites/{token}/accept"))[0] == 404


async def test_whoever_is_in_uses_nothing_up(workspace: Workspace) -> None:
    member = await workspace.member()
    token = (await invite(workspace, max_uses=1))["token"]
    refusal = await member.refusal("POST", f"/invites/{token}/accept")
    assert refusal == (403, "invitation_invalid")
    async with Api(workspace.owner.url) as nobody:
        await nobody.post("/auth/register", person(invite=token))
