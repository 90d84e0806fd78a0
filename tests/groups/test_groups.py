"""Groups of identity providers: what they give at a sign-in, and take away with the next one or a rule.

Who makes rules, and that nobody gives by one what they could not give by hand.
"""

import asyncio
import uuid
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.groups.conftest import OTHER_TENANT, TENANT, Person, Site, numbers
from tests.identities.visits import said, visit


async def acts(site: Site, kind: str, subject: str) -> list[Json]:
    found: list[Json] = (await site.owner.get(f"{site.at}/audit", kind=kind, subject=subject))["items"]
    return found


async def test_a_group_gives_a_role_and_rooms_and_takes_only_these(site: Site) -> None:
    garden, by_hand = await site.room(), await site.room()
    await site.rule("gardeners", "moderator", garden)
    ada = await site.comes("ada", "gardeners", "whatever")
    user = ada.user["id"]
    await site.owner.put(f"/rooms/{by_hand}/members/{user}", expect=204)
    assert await site.role_of(user) == "moderator"
    assert [await ada.status(f"/rooms/{room}") for room in (garden, by_hand)] == [200, 200]
    # The group is gone at the next sign-in, in whichever browser: so is what it gave, in this one too.
    await site.comes("ada", "whatever")
    assert await site.role_of(user) is None
    assert await ada.status(f"/rooms/{garden}") == 404
    given, taken = await acts(site, "member.added", user), await acts(site, "member.removed", user)
    assert [(act["actor"], act["address"], act["reason"]) for act in given + taken] == [
        (None, "identity provider", "groups")
    ] * 2


async def test_what_a_person_gave_by_hand_stays(site: Site) -> None:
    cellar, attic = await site.room(), await site.room()
    await site.rule("keepers", "moderator", cellar, attic)
    bob = await site.comes("bob")  # no group: a member of the first workspace, as everybody
    user = bob.user["id"]
    assert await site.role_of(user) == "member"
    await site.owner.put(f"/rooms/{cellar}/members/{user}", expect=204)
    await site.comes("bob", "keepers")
    assert await site.role_of(user) == "moderator"
    # He can not make the attic his own; somebody else can.
    await bob.call("PUT", f"/rooms/{attic}/members/{user}", expect=204)
    await site.comes("bob")
    assert await site.role_of(user) == "member"
    assert await site.members_of(cellar) >= {user}
    assert user not in await site.members_of(attic)
    await site.comes("bob", "keepers")
    await site.owner.put(f"/rooms/{attic}/members/{user}", expect=204)
    await site.owner.put(f"{site.at}/members/{user}", {"role": "admin"}, expect=204)
    await site.comes("bob", "keepers")
    assert await site.role_of(user) == "admin"  # the higher one counts
    await site.comes("bob")
    assert await site.role_of(user) == "admin"
    assert await site.members_of(attic) >= {user}


async def test_row_16_who_loses_a_group_or_its_rule_loses_open_sockets_on_every_server(site: Site) -> None:
    room = await site.room()
    rule = await site.rule("crew", "member", room)
    cleo, dan = await site.comes("cleo", "crew"), await site.comes("dan", "crew")
    sockets = [await site.socket(person, room) for person in (cleo, dan)]
    await site.comes("cleo")
    async with asyncio.timeout(10):
        gone = await sockets[0].until(op="gone")
    assert gone["room"] == room
    await site.owner.post(f"/rooms/{room}/messages", {"text": "for dan"})
    await sockets[1].event("message.created")
    await site.owner.delete(f"{site.at}/groups/{rule['id']}")
    async with asyncio.timeout(10):
        await sockets[1].until(op="gone")
    await site.owner.post(f"/rooms/{room}/messages", {"text": "for nobody"})
    for socket in sockets:
        told = [f for f in await socket.settled() if f["op"] == "ev" and f["type"] == "message.created"]
        assert "for nobody" not in [event["body"]["text"] for event in told]
    assert await site.role_of(dan.user["id"]) is None
    assert await site.members_of(room) == {site.owner.user["id"]}


async def test_guests_of_a_group_see_only_the_rooms_that_it_names(site: Site) -> None:
    mine, public = await site.room(), await site.room("public")
    rule = await site.rule("contractors", "guest", mine)
    eve = await site.comes("eve", "contractors")
    assert await site.role_of(eve.user["id"]) == "guest"
    listed = (await eve.call("GET", f"{site.at}/rooms"))["items"]
    assert [room["id"] for room in listed] == [mine]
    assert await eve.status(f"/rooms/{public}") == 404
    # The rule gives another room from now on: at once, to those who came before.
    other = await site.room()
    await site.owner.put(f"{site.at}/groups/{rule['id']}", {"role": "guest", "rooms": [other]})
    assert [await eve.status(f"/rooms/{room}") for room in (mine, other)] == [404, 200]
    # Who was banned is not brought back.
    await site.owner.put(f"{site.at}/sanctions/{eve.user['id']}/ban", {})
    await site.comes("eve", "contractors")
    assert await site.role_of(eve.user["id"]) is None


def entra(site: Site, tenant: str, **claims: Any) -> dict[str, Any]:
    """What Entra ID says: the person is `oid` in the directory `tid`, and `sub` differs for each client."""
    return {
        "iss": f"{site.issuer.url}/{tenant}/v2.0",
        "tid": tenant,
        "oid": "00000000-0000-0000-66f3-3332eca7ea81",
        "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "preferred_username": "abe@office.example",
        **claims,
    }


async def test_entra_groups_by_their_ids_and_roles_of_the_application(site: Site) -> None:
    group = "11111111-aaaa-4bbb-8ccc-000000000001"
    room = await site.room()
    await site.rule(group, None, room, provider="office")
    await site.rule("Chat.Moderator", "moderator", provider="office")
    abe = await site.comes(
        "", provider="office", **entra(site, TENANT, groups=[group], roles=["Chat.Moderator"])
    )
    user = abe.user["id"]
    assert (await site.role_of(user), await abe.status(f"/rooms/{room}")) == ("moderator", 200)
    # The same object id in another directory is somebody else.
    other = await site.comes("", provider="office", **entra(site, OTHER_TENANT, groups=[]))
    assert other.user["id"] != user
    # In too many groups they are left out: they count as none, and roles still do.
    elsewhere = {
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://x.test"}},
    }
    claims = entra(site, TENANT, groups=None, roles=["Chat.Moderator"], **elsewhere)
    assert (await site.comes("", provider="office", **claims)).user["id"] == user
    assert (await site.role_of(user), await abe.status(f"/rooms/{room}")) == ("moderator", 404)
    assert "left out somebody's groups" in site.nodes[0].log
    claims = entra(site, TENANT, groups=None, hasgroups=True)
    await site.comes("", provider="office", **claims)
    assert await site.role_of(user) is None


async def test_groups_are_found_where_the_file_says_and_in_other_workspaces_where_it_lets_them(
    site: Site,
) -> None:
    aside = (await site.owner.post("/workspaces", {"name": "Aside"}))["id"]
    body = {"provider": "realm", "group": "staff", "role": "member"}
    await site.owner.post(f"/workspaces/{aside}/groups", body)
    answer = await site.owner.refusal("POST", f"/workspaces/{aside}/groups", {**body, "provider": "company"})
    assert answer == (403, "forbidden")
    claims = {"realm_access": {"roles": ["staff"]}, "groups": ["gardeners"]}
    fay = await site.comes("fay", provider="realm", **claims)
    mine = (await fay.call("GET", "/workspaces"))["items"]
    assert [(each["id"], each["role"]) for each in mine] == [(aside, "member")]


async def test_unlinking_takes_away_what_the_groups_of_that_identity_gave(site: Site) -> None:
    room = await site.room()
    await site.rule("linked", "moderator", room)
    gus = await site.member("gus")
    user = gus.user["id"]
    web = await site.open.enter_async_context(Person(site.nodes[0].url))
    await web.sign_in(gus.user["username"])
    began = await visit(web, "company", "/users/me/identities", provider="company")
    assert said(await began.as_person(site.issuer, sub="gus", groups=["linked"])) == "linked"
    assert (await site.role_of(user), user in await site.members_of(room)) == ("moderator", True)
    (identity,) = (await web.call("GET", "/users/me/identities"))["items"]
    await web.call("DELETE", f"/users/me/identities/{identity['id']}", expect=204)
    assert (await site.role_of(user), user in await site.members_of(room)) == ("member", False)


async def test_of_the_last_two_identities_unlinked_at_once_one_stays(site: Site) -> None:
    twin = await site.comes("twin")
    began = await visit(twin, "realm", "/users/me/identities", provider="realm")
    assert said(await began.as_person(site.issuer, sub="other twin")) == "linked"
    both = (await twin.call("GET", "/users/me/identities"))["items"]
    here, there = Person(site.nodes[0].url), Person(site.nodes[-1].url)
    async with here, there:
        for web in (here, there):
            web.http.cookies.update(dict(twin.http.cookies))
            web.csrf = twin.csrf
        asked = zip((here, there), both, strict=True)
        told = await asyncio.gather(
            *(web.ask("DELETE", f"/users/me/identities/{one['id']}") for web, one in asked)
        )
    assert sorted(answer.status_code for answer in told) == [204, 409]
    acts = (await site.owner.get("/audit", subject=twin.user["id"]))["items"]
    assert [act["kind"] for act in acts] == ["identity.unlinked", "identity.linked"]
    # The log outlives the account: it says which identity that was, and nothing that names a person.
    assert [{*(act["before"] or act["after"])} for act in acts] == [{"provider", "identity"}] * 2


async def an_admin(site: Site) -> Api:
    admin = await site.member("admin")
    await site.owner.put(f"{site.at}/members/{admin.user['id']}", {"role": "admin"}, expect=204)
    return admin


async def test_rules_are_listed_changed_and_taken_away_and_written_down(site: Site) -> None:
    group, room = f"team {next(numbers)}", await site.room()
    made = await site.rule(group, "member", room)
    assert (made["group"], made["role"], made["rooms"], made["hidden_rooms"]) == (group, "member", [room], 0)
    again: Json = {"provider": "company", "group": group, "role": "guest"}
    assert await site.owner.refusal("POST", f"{site.at}/groups", again) == (409, "conflict")
    path = f"{site.at}/groups/{made['id']}"
    changed = await site.owner.put(path, {"role": "moderator"})
    assert (changed["role"], changed["rooms"]) == ("moderator", [])
    listed = (await site.owner.get(f"{site.at}/groups"))["items"]
    assert [each for each in listed if each["id"] == made["id"]] == [changed]
    await site.owner.delete(path)
    assert await site.owner.refusal("PUT", path, {"role": "guest"}) == (404, "not_found")
    acts = (await site.owner.get(f"{site.at}/audit", subject=made["id"]))["items"]
    assert [act["kind"] for act in acts] == ["group_rule.deleted", "group_rule.changed", "group_rule.made"]
    assert acts[1]["before"]["rooms"] == [room]
    assert acts[1]["after"]["role"] == "moderator"


async def test_nobody_gives_by_a_rule_what_they_could_not_give_by_hand(site: Site) -> None:
    admin, hidden = await an_admin(site), await site.room()
    board = f"Board {next(numbers)}"
    role = (await site.owner.post(f"{site.at}/roles", {"name": board}))["id"]
    there = (await site.owner.get(f"/rooms/{hidden}/acl"))["items"]
    kept = [{k: e[k] for k in ("allow", "principal", "principal_id", "permissions")} for e in there]
    opened = {"allow": True, "principal": "role", "principal_id": role, "permissions": ["room.read"]}
    await site.owner.put(f"/rooms/{hidden}/acl", {"items": [opened, *kept]})
    base: Json = {"provider": "company", "group": f"team {next(numbers)}"}
    wrong: list[tuple[Json, tuple[int, str]]] = [
        ({"role": "owner"}, (422, "invalid")),
        ({"role": "nothing"}, (422, "invalid")),
        ({}, (422, "invalid")),
        ({"rooms": [hidden]}, (404, "not_found")),
        ({"rooms": [str(uuid.uuid4())]}, (404, "not_found")),
        ({"role": board}, (403, "forbidden")),
        ({"role": "member", "provider": "nowhere"}, (422, "invalid")),
        ({"role": "member", "provider": "google"}, (422, "invalid")),
    ]
    for given, answer in wrong:
        assert await admin.refusal("POST", f"{site.at}/groups", {**base, **given}) == answer, given
    # What is above them, or hidden from them, is not theirs to change; it stays when they change the rest.
    mixed = await site.owner.post(f"{site.at}/groups", {**base, "role": "member", "rooms": [hidden]})
    (seen,) = [e for e in (await admin.get(f"{site.at}/groups"))["items"] if e["id"] == mixed["id"]]
    assert (seen["rooms"], seen["hidden_rooms"]) == ([], 1)
    await admin.put(f"{site.at}/groups/{mixed['id']}", {"role": "guest"})
    (seen,) = [e for e in (await site.owner.get(f"{site.at}/groups"))["items"] if e["id"] == mixed["id"]]
    assert (seen["role"], seen["rooms"]) == ("guest", [hidden])
    # A role that a group gives is not taken away under it.
    await site.owner.put(f"{site.at}/groups/{mixed['id']}", {"role": board})
    assert await site.owner.refusal("DELETE", f"{site.at}/roles/{role}") == (409, "role_in_use")


@pytest.mark.parametrize("role", ["moderator", "member", "guest"])
async def test_rules_are_for_those_who_manage_access(site: Site, role: str) -> None:
    person = await site.member(role)
    await site.owner.put(f"{site.at}/members/{person.user['id']}", {"role": role}, expect=204)
    body: Json = {"provider": "company", "group": "any", "role": "guest"}
    assert await person.refusal("GET", f"{site.at}/groups") == (403, "forbidden")
    assert await person.refusal("POST", f"{site.at}/groups", body) == (403, "forbidden")
