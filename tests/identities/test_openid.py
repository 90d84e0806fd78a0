"""Signing in with OpenID Connect: what a provider has to say and a browser to bring, and what each misses."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from tests.accounts.browsers import Web
from tests.clients import PASSWORD, Api, Socket, join
from tests.identities.conftest import CLIENT_SECRET, OTHER_TENANT, TENANT, Site
from tests.identities.visits import Visit, said, visit
from tests.servers.issuer import Issuer

LOGOUT: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
REFUSED = "provider_failed"
LINK = "/users/me/identities"


async def who(web: Web) -> Any:
    """Whom the browser is signed in as."""
    return (await web.call("GET", "/auth/session"))["user"]


async def test_a_newcomer_gets_an_account_and_finds_it_again(site: Site) -> None:
    claims = {"sub": "newcomer", "name": "Ada Löv", "preferred_username": "Ada.Lov@example.org"}
    async with site.browser() as first, site.browser() as second:
        began = await visit(first, "company", return_to="/r/1234")
        answer = await began.as_person(site.issuer, **claims)
        assert (said(answer), answer.headers["location"]) == ("", "/r/1234")
        ada = await who(first)
        assert (ada["username"], ada["display_name"], ada["email"]) == ("ada.lov", "Ada Löv", None)
        first.csrf = (await first.call("GET", "/auth/session"))["csrf"]
        assert len((await first.call("GET", "/workspaces"))["items"]) == 1  # the first workspace is theirs
        assert said(await (await visit(second, "company")).as_person(site.issuer, sub="newcomer")) == ""
        assert (await who(second))["id"] == ada["id"]


async def test_what_is_sent_to_the_provider_proves_the_browser_and_the_server(site: Site) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        assert began.asked["code_challenge_method"] == "S256"
        assert began.asked["response_type"] == "code"
        own = f"{site.talkoot.url}/api/v1/auth/providers/company/callback"
        assert began.asked["redirect_uri"] == own
        await began.as_person(site.issuer)
        form, headers = next((form, head) for path, form, head in site.issuer.asked[::-1] if path == "/token")
        assert form["redirect_uri"] == own
        assert len(form["code_verifier"]) >= 43
        assert form["code_verifier"] not in began.asked.values()
        assert headers["Authorization"].startswith("Basic ")


Tamper = Callable[[Issuer, str], str]


def signed(**claims: Any) -> Tamper:
    return lambda issuer, nonce: issuer.sign(issuer.claims(nonce, **claims))


def headed(**header: Any) -> Tamper:
    return lambda issuer, nonce: issuer.sign(issuer.claims(nonce), **header)


NOW = int(time.time())
ROW_9: dict[str, Tamper] = {
    "alg none": headed(alg="none", kid="rsa"),
    "HS256 with the public key": headed(alg="HS256"),
    "somebody else's key": lambda i, n: i.sign(i.claims(n), key=i.stranger),
    "jku": headed(jku="https://evil.example/keys"),
    "an unknown crit": headed(crit=["exp"], exp=2_000_000_000),
    "x5u": headed(x5u="https://evil.example/cert"),
    "kid elsewhere": headed(kid="../../keys"),
    "an EC kid for an RSA signature": headed(kid="ec"),
    "typ of an access token": headed(typ="at+jwt"),
    "typ of a logout token": headed(typ="logout+jwt"),
    "no token": lambda _i, _n: "a.b.c",
}
ROW_10: dict[str, Tamper] = {
    "foreign aud": signed(aud="another-client"),
    "foreign iss": signed(iss="https://evil.example"),
    "two audiences without azp": signed(aud=["talkoot", "another-client"]),
    "foreign azp": signed(azp="another-client"),
    "expired": signed(exp=NOW - 3600),
    "issued in the future": signed(iat=NOW + 7200),
    "not yet": signed(nbf=NOW + 7200),
    "without exp": signed(exp=None),
    "without sub": signed(sub=None),
    "a logout token": signed(events=LOGOUT),
}


@pytest.mark.parametrize("tamper", ROW_9.values(), ids=ROW_9.keys())
async def test_row_09_a_token_that_is_not_signed_by_the_provider(site: Site, tamper: Tamper) -> None:
    await refused(site, tamper)


@pytest.mark.parametrize("tamper", ROW_10.values(), ids=ROW_10.keys())
async def test_row_10_a_token_that_is_for_another_purpose_party_or_time(site: Site, tamper: Tamper) -> None:
    await refused(site, tamper)


async def refused(site: Site, tamper: Tamper) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        assert said(await began.with_token(site.issuer, tamper(site.issuer, began.nonce))) == REFUSED
        assert await who(web) is None


async def test_row_10_an_id_token_opens_nothing_of_the_api(site: Site) -> None:
    token = site.issuer.sign(site.issuer.claims("n"))
    async with Api(site.talkoot.url, token) as stranger:
        assert await stranger.refusal("GET", "/users/me") == (401, "not_authenticated")


async def test_row_11_state_belongs_to_one_browser_and_one_provider(site: Site) -> None:
    async with site.browser() as mine, site.browser() as other:
        began = await visit(mine, "company")
        assert said(await began.back(state="")) == "flow_lost"
        assert said(await (await visit(mine, "company")).back(state="foreign")) == "flow_lost"
        # A code from one browser, brought by another one that has a sign-in of its own, or none.
        began = await visit(mine, "company")
        assert said(await Visit(other, "company", began.asked).as_person(site.issuer)) == "flow_lost"
        own = await visit(other, "company")
        assert said(await Visit(other, "company", began.asked).as_person(site.issuer)) == "flow_lost"
        assert await who(other) is None
        del own
        # Begun with one provider, and answered at the address of another one.
        began = await visit(mine, "company")
        assert said(await Visit(mine, "other", began.asked).back()) == "flow_lost"
        assert await who(mine) is None


async def test_row_11_a_state_ends_with_its_first_use(site: Site) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        cookies = dict(web.http.cookies)
        assert said(await began.as_person(site.issuer)) == ""
        async with site.browser() as thief:
            thief.http.cookies.update({"talkoot-sign-in": cookies["talkoot-sign-in"]})
            assert said(await Visit(thief, "company", began.asked).as_person(site.issuer)) == "flow_lost"
            assert await who(thief) is None


async def test_row_11_a_nonce_of_another_sign_in(site: Site) -> None:
    async with site.browser() as web:
        earlier, began = await visit(web, "company"), await visit(web, "company")
        token = site.issuer.sign(site.issuer.claims(earlier.nonce))
        assert said(await began.with_token(site.issuer, token)) == REFUSED


async def test_row_11_an_issuer_that_mixes_itself_up_with_another_one(site: Site) -> None:
    async with site.browser() as web:
        # This one promises to say who answers.
        began = await visit(web, "other")
        token = site.other.sign(site.other.claims(began.nonce))
        assert said(await began.with_token(site.other, token)) == REFUSED
        began = await visit(web, "other")
        assert said(await began.back(iss=site.issuer.url)) == REFUSED
        # The other one need not, but if it does it must be right.
        began = await visit(web, "company")
        assert said(await began.back(iss=site.other.url)) == REFUSED
        assert await who(web) is None
        began = await visit(web, "other")
        token = site.other.sign(site.other.claims(began.nonce))
        assert said(await began.with_token(site.other, token, iss=site.other.url)) == ""


async def test_row_12_the_same_address_from_two_issuers_is_two_people(site: Site) -> None:
    address = {"email": "same@example.org", "email_verified": True}
    async with site.browser() as web, site.browser() as second, site.browser() as third:
        await (await visit(web, "company")).as_person(site.issuer, sub="same", **address)
        first = await who(web)
        assert (first["email"], first["email_verified"]) == ("same@example.org", True)
        began = await visit(second, "other")
        token = site.other.sign(site.other.claims(began.nonce, sub="same", **address))
        assert said(await began.with_token(site.other, token, iss=site.other.url)) == ""
        other = await who(second)
        assert (other["id"] != first["id"], other["email"]) == (True, None)
        # One that was not verified is not even kept.
        unverified = {"sub": "unverified", "email": "owner@example.org", "email_verified": "true"}
        await (await visit(third, "company")).as_person(site.issuer, **unverified)
        assert (await who(third))["email"] is None


async def test_row_13_a_callback_that_comes_fifty_times_signs_in_once(site: Site) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        token = site.issuer.sign(site.issuer.claims(began.nonce))
        cookies = dict(web.http.cookies)
        site.issuer.tokens["once"] = {"access_token": "opaque", "id_token": token}

        async def come() -> str:
            async with site.browser() as copy:
                copy.http.cookies.update(cookies)
                return said(await Visit(copy, "company", began.asked).back(code="once"))

        told = await asyncio.gather(*(come() for _ in range(50)))
        assert sorted(told) == ["", *["flow_lost"] * 49]


async def test_row_24_no_secret_of_a_provider_is_told(site: Site) -> None:
    async with site.browser() as web:
        await web.sign_in("owner")
        for path in ("/auth/providers", "/users/me/identities", "/auth/session"):
            assert CLIENT_SECRET not in (await web.ask("GET", path)).text
        assert CLIENT_SECRET not in (await web.http.get(f"{site.talkoot.url}/api/openapi.json")).text
    shown = site.talkoot.run("settings")
    assert CLIENT_SECRET not in shown.stdout + shown.stderr + site.talkoot.log


async def test_an_identity_is_linked_by_whoever_is_signed_in_and_opens_that_account(site: Site) -> None:
    workspace = (await site.owner.get("/workspaces"))["items"][0]["id"]
    async with (
        await join(site.owner, workspace, "linker") as person,
        site.browser() as web,
        site.browser() as later,
        site.browser() as other,
    ):
        began = await visit(later, "members")
        assert said(await began.as_person(site.issuer, sub="linked")) == "not_linked"
        await web.sign_in("linker")
        began = await visit(web, "members", LINK, provider="members")
        assert said(await began.as_person(site.issuer, sub="linked", preferred_username="lin")) == "linked"
        (identity,) = (await web.call("GET", "/users/me/identities"))["items"]
        assert (identity["provider"], identity["label"]) == ("members", "lin")
        assert said(await (await visit(later, "members")).as_person(site.issuer, sub="linked")) == ""
        assert (await who(later))["id"] == person.user["id"]
        # Nobody else gets it, and nobody links with a token or for another session.
        await other.sign_in("owner")
        began = await visit(other, "members", LINK, provider="members")
        assert said(await began.as_person(site.issuer, sub="linked")) == "already_linked"
        assert await person.refusal("POST", "/users/me/identities", {"provider": "members"}) == (
            403,
            "browser_only",
        )
        began = await visit(other, "members", LINK, provider="members")
        await other.call("POST", "/auth/logout", expect=204)
        await other.sign_in("owner")
        assert said(await began.as_person(site.issuer, sub="another")) == "flow_lost"
        # It can be taken back: there is a password.
        await web.call("DELETE", f"/users/me/identities/{identity['id']}", expect=204)
        assert (await later.ask("GET", "/users/me")).status_code == 401  # who came in with it is out
        assert (await web.ask("GET", "/users/me")).status_code == 200
        assert (
            said(await (await visit(later, "members")).as_person(site.issuer, sub="linked")) == "not_linked"
        )


async def test_who_sits_at_a_desk_that_was_left_links_nothing(site: Site) -> None:
    workspace = (await site.owner.get("/workspaces"))["items"][0]["id"]
    async with await join(site.owner, workspace, "away") as person, site.browser() as web:
        await web.sign_in("away")
        assert (await visit(web, "members", LINK, provider="members")).asked["state"]
        with closing(sqlite3.connect(site.talkoot.data / "talkoot.db", timeout=10)) as database, database:
            earlier = "UPDATE sessions SET proved_at = proved_at - 86400000000 WHERE user_id = ?"
            database.execute(earlier, (UUID(person.user["id"]).bytes,))
        answer = await web.call("POST", LINK, {"provider": "members"}, expect=403)
        assert answer["code"] == "proof_required"
        await web.call("POST", "/users/me/proof", {"password": PASSWORD}, expect=204)
        assert (await visit(web, "members", LINK, provider="members")).asked["state"]


async def test_the_last_way_in_stays(site: Site) -> None:
    async with site.browser() as web:
        await (await visit(web, "company")).as_person(site.issuer, sub="only-here")
        web.csrf = (await web.call("GET", "/auth/session"))["csrf"]
        (identity,) = (await web.call("GET", "/users/me/identities"))["items"]
        answer = await web.call("DELETE", f"/users/me/identities/{identity['id']}", expect=409)
        assert answer["code"] == "last_way_in"
        assert (await web.ask("DELETE", f"/users/me/identities/{'0' * 32}")).status_code == 404


async def test_the_rules_of_a_provider_hold_at_every_sign_in(site: Site) -> None:
    right = {"email": "crew@EXAMPLE.org", "email_verified": True, "groups": ["crew", "more"], "sub": "crew"}
    wrong: list[dict[str, Any]] = [
        {"groups": []},
        {"groups": "crew"},
        {"email_verified": False},
        {"email": "crew@example.org.evil.test"},
    ]
    async with site.browser() as web:
        assert said(await (await visit(web, "crew")).as_person(site.issuer, **right)) == ""
        for change in wrong:
            began = await visit(web, "crew")
            assert said(await began.as_person(site.issuer, **{**right, **change})) == "not_admitted", change


async def test_row_12_an_address_is_verified_only_by_what_is_said_beside_it(site: Site) -> None:
    verified, own = {"email_verified": True}, {"email": "teller@example.org"}
    said_of: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        (own, {**verified, "email": "teller@evil.test"}, "not_admitted"),
        (verified, own, "not_admitted"),
        (own, verified, "not_admitted"),
        (own, {**own, **verified}, ""),
        ({}, {**own, **verified}, ""),
    ]
    iss = f"{site.issuer.url}/teller"
    async with site.browser() as web:
        for signed_claims, told, wanted in said_of:
            site.issuer.pages["/userinfo"] = {"sub": "teller", **told}
            began = await visit(web, "teller")
            answer = await began.as_person(site.issuer, iss=iss, sub="teller", **signed_claims)
            assert said(answer) == wanted, (signed_claims, told)


async def test_row_05_who_was_deactivated_does_not_come_in_by_a_provider(site: Site) -> None:
    async with site.browser() as web:
        await (await visit(web, "company")).as_person(site.issuer, sub="gone", preferred_username="gone")
        assert site.talkoot.run("user", "deactivate", "gone").returncode == 0
        assert (
            said(await (await visit(web, "company")).as_person(site.issuer, sub="gone")) == "account_closed"
        )


async def test_row_48_a_provider_that_says_no_or_is_away_is_told_from_one_that_lies(site: Site) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        assert said(await began.back(code="", error="access_denied")) == "provider_refused"
        assert said(await (await visit(web, "company")).back(code="never-given")) == REFUSED
        assert (await web.ask("POST", "/auth/providers/nobody/start", {})).status_code == 404
        for path in ("//evil.example", "https://evil.example", "/\\evil", "/settings", "/r/..//x y"):
            answer = await web.ask("POST", "/auth/providers/company/start", {"return_to": path})
            assert answer.status_code == 422, path
        foreign: dict[str, str | None] = {"Origin": "https://evil.example"}
        answer = await web.ask("POST", "/auth/providers/company/start", {}, foreign)
        assert answer.status_code == 403


def of_tenant(site: Site, tenant: str, **changed: Any) -> dict[str, Any]:
    """What Entra ID says of somebody: `oid` is the person, and `sub` differs for each client."""
    return {
        "iss": f"{site.issuer.url}/{tenant}/v2.0",
        "tid": tenant,
        "oid": "00000000-0000-0000-66f3-3332eca7ea81",
        "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "preferred_username": "abe@office.example",
        "groups": ["11111111-aaaa"],
        **changed,
    }


async def test_entra_only_the_tenants_that_are_named_come_in(site: Site) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        (of_tenant(site, OTHER_TENANT), REFUSED),
        ({**of_tenant(site, TENANT), "tid": OTHER_TENANT}, REFUSED),
        ({**of_tenant(site, OTHER_TENANT), "tid": TENANT}, REFUSED),
        (of_tenant(site, TENANT, tid=None), REFUSED),
        (of_tenant(site, TENANT, oid=None), REFUSED),
        (of_tenant(site, TENANT, groups=["other"]), "not_admitted"),
        (of_tenant(site, TENANT, groups=None, _claim_names={"groups": "src1"}), "not_admitted"),
    ]
    async with site.browser() as web:
        for claims, told in wrong:
            assert said(await (await visit(web, "office")).as_person(site.issuer, **claims)) == told, claims
            assert await who(web) is None
        claims = of_tenant(site, TENANT, email="owner@example.org", email_verified=True)
        assert said(await (await visit(web, "office")).as_person(site.issuer, **claims)) == ""
        abe = await who(web)
        assert (abe["username"], abe["email"]) == ("abe", None)  # Entra ID verifies no address
        # A role of the application lets in as a group does; the person is the same, whatever `sub` says.
        claims = of_tenant(site, TENANT, groups=None, roles=["Chat.User"], sub="another")
        assert said(await (await visit(web, "office")).as_person(site.issuer, **claims)) == ""
        assert (await who(web))["id"] == abe["id"]


async def test_github_tells_a_number_and_the_addresses_it_verified(site: Site) -> None:
    pages: dict[str, Any] = {
        "/login/oauth/access_token": {"access_token": "gho_opaque", "token_type": "bearer"},
        "/api/v3/user": {"id": 583231, "login": "octocat", "name": "The Octocat", "email": "x@y.example"},
        "/api/v3/user/emails": [
            {"email": "hidden@example.org", "verified": False, "primary": False},
            {"email": "octocat@example.org", "verified": True, "primary": True},
        ],
    }
    site.issuer.pages |= pages
    async with site.browser() as web:
        began = await visit(web, "hub")
        assert said(await began.back(code="any")) == ""
        person = await who(web)
        assert (person["username"], person["email"]) == ("octocat", "octocat@example.org")
        assert ("/api/v3/user", {}, "Bearer gho_opaque") in [
            (path, form, headers.get("Authorization", "")) for path, form, headers in site.issuer.asked
        ]


async def test_a_logout_token_closes_the_sessions_and_sockets_that_it_names(site: Site) -> None:
    async with site.browser() as web, site.browser() as kept:
        began = await visit(web, "company")
        await began.as_person(site.issuer, sub="leaver", sid="s-1", preferred_username="leaver")
        await (await visit(kept, "company")).as_person(site.issuer, sub="leaver", sid="s-2")
        web.csrf = (await web.call("GET", "/auth/session"))["csrf"]
        ticket = (await web.call("POST", "/ws-ticket"))["ticket"]
        async with await Socket.open(site.talkoot.url) as socket:
            await socket.hello(ticket=ticket)
            token = logout_token(site, sid="s-1")
            assert await logged_out(site, token) == 200
            assert (await socket.closed())[0] == 4401
        assert await who(web) is None
        assert await who(kept) is not None
        assert await logged_out(site, token) == 400  # it works once
        assert await logged_out(site, logout_token(site, sub="leaver")) == 200
        assert await who(kept) is None


async def test_row_09_and_10_a_logout_token_that_is_none(site: Site) -> None:
    async with site.browser() as web:
        await (await visit(web, "company")).as_person(site.issuer, sub="stayer")
        right = logout_claims(site, sub="stayer")
        id_token = site.issuer.sign({**right, "nonce": "n"})
        without = {name: value for name, value in right.items() if name != "events"}
        wrong = [
            id_token,
            site.issuer.sign(without),
            site.issuer.sign(right, key=site.issuer.stranger),
            site.issuer.sign(right, alg="none"),
            site.issuer.sign({**right, "aud": "another-client"}),
            site.issuer.sign({**right, "exp": NOW - 3600}),
            site.issuer.sign({name: value for name, value in right.items() if name != "jti"}),
            site.issuer.sign({name: value for name, value in right.items() if name != "sub"}),
        ]
        assert [await logged_out(site, token) for token in wrong] == [400] * len(wrong)
        assert await who(web) is not None


def logout_claims(site: Site, **named: str) -> dict[str, Any]:
    claims = {**site.issuer.claims("", sub=None, nonce=None), "events": LOGOUT, "jti": str(time.time_ns())}
    return {**claims, **named}


def logout_token(site: Site, **named: str) -> str:
    return site.issuer.sign(logout_claims(site, **named), typ="logout+jwt")


async def logged_out(site: Site, token: str) -> int:
    async with site.browser() as provider:
        path = "/auth/providers/company/logout"
        return (await provider.http.post(path, data={"logout_token": token})).status_code


async def test_row_08_no_token_or_code_of_a_provider_is_in_the_log(site: Site) -> None:
    async with site.browser() as web:
        began = await visit(web, "company")
        token = site.issuer.sign(site.issuer.claims(began.nonce, sub="logged"))
        await began.with_token(site.issuer, token)
        session = dict(web.http.cookies)["talkoot"]
        assert await who(web) is not None
        for secret in (token, began.asked["state"], began.nonce, session, "opaque", PASSWORD):
            assert secret not in site.talkoot.log
