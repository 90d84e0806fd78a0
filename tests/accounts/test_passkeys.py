"""Passkeys: what opens an account, and everything that looks like it and does not."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.accounts.authenticators import Authenticator, text
from tests.accounts.browsers import Web, code_of
from tests.accounts.phones import enrol, first_step, second_step
from tests.clients import Json
from tests.conftest import Serve
from tests.workspaces import Workspace

KEYS = "/users/me/passkeys"
REFUSED = (401, "passkey_refused")


def local(url: str) -> str:
    """The address that has passkeys: a browser has none at an address of numbers."""
    return url.replace("127.0.0.1", "localhost")


async def with_key(web: Web, name: str = "Laptop", **lies: Any) -> Authenticator:
    """Add a passkey to the account that is signed in."""
    device = Authenticator(local(web.url))
    made = device.make(await web.call("POST", f"{KEYS}/start"), **lies)
    await web.call("POST", KEYS, {"name": name, **made}, expect=201)
    return device


async def browser_of(workspace: Workspace) -> tuple[Web, str]:
    """Somebody new, signed in with a browser at the local name."""
    person = await workspace.member()
    name: str = person.user["username"]
    return await Web(local(person.url)).sign_in(name), name


async def sign_in(web: Web, device: Authenticator, **lies: Any) -> Any:
    """Press *Sign in with a passkey*: the plain answer."""
    started = await web.call("POST", "/auth/passkey/start")
    return await web.ask("POST", "/auth/passkey", device.use(started, **lies))


async def test_a_passkey_signs_in_by_itself_and_as_the_second_step(workspace: Workspace) -> None:
    mine, name = await browser_of(workspace)
    async with mine, Web(mine.url) as alone, Web(mine.url) as second:
        device = await with_key(mine)
        state = await mine.call("GET", "/users/me/second-factor")
        assert (state["passkeys"], state["recovery_codes"]) == (1, 10)
        answer = await sign_in(alone, device)
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["username"] == name
        assert (await alone.call("GET", "/users/me"))["username"] == name
        # The password alone does not do any more.
        assert (await first_step(second, name))["methods"] == ["code", "passkey"]
        started = await second.call("POST", "/auth/second-step/passkey")
        assert [one["id"] for one in started["options"]["allowCredentials"]] == [text(device.id)]
        taken = {"passkey": device.use(started, unverified=True)}  # the password was the other step
        assert (await second.call("POST", "/auth/second-step", taken))["user"]["username"] == name
        (shown,) = (await mine.call("GET", KEYS))["items"]
        assert shown["last_used_at"] is not None


async def test_passkeys_have_names_and_are_taken_away_one_by_one(workspace_sqlite: Workspace) -> None:
    mine, _ = await browser_of(workspace_sqlite)
    other, _ = await browser_of(workspace_sqlite)
    async with mine, other, Web(mine.url) as thief:
        laptop, phone = await with_key(mine), await with_key(mine, "  My   phone ")
        first, second = (await mine.call("GET", KEYS))["items"]
        assert (first["name"], second["name"]) == ("Laptop", "My phone")
        renamed = await mine.call("PATCH", f"{KEYS}/{first['id']}", {"name": "Old laptop"})
        assert renamed["name"] == "Old laptop"
        for method, body in (("PATCH", {"name": "Mine now"}), ("DELETE", None)):
            assert code_of(await other.ask(method, f"{KEYS}/{first['id']}", body)) == (404, "not_found")
        # The same one is not added twice, to whichever account.
        for web in (other, mine):
            again = laptop.make(await web.call("POST", f"{KEYS}/start"))
            answer = await web.ask("POST", KEYS, {"name": "Again", **again})
            assert code_of(answer) == (409, "passkey_known")
        assert (await sign_in(thief, laptop)).status_code == 200
        await mine.call("DELETE", f"{KEYS}/{first['id']}", expect=204)
        assert code_of(await sign_in(thief, laptop)) == REFUSED
        assert (await sign_in(thief, phone)).status_code == 200


LIES: dict[str, Any] = {
    "another origin": {"origin": "https://evil.example"},
    "another port": {"origin": "http://localhost:1"},
    "another place": {"rp": "evil.example"},
    "another challenge": {"challenge": text(b"a challenge of somebody else")},
    "a key that is not theirs": {"key": ec.generate_private_key(ec.SECP256R1())},
    "a count that did not rise": {"count": 1},
    "nobody at the device": {"unverified": True},
    "another user's handle": {"user": bytes(16)},
    "an answer to something else": {"type": "webauthn.create"},
}


async def test_what_is_signed_otherwise_opens_nothing(workspace_sqlite: Workspace) -> None:
    mine, _ = await browser_of(workspace_sqlite)
    async with mine, Web(mine.url) as thief:
        device = await with_key(mine)
        assert (await sign_in(thief, device)).status_code == 200
        thief.http.cookies.clear()
        for what, lies in LIES.items():
            assert code_of(await sign_in(thief, device, **lies)) == REFUSED, what
        assert code_of(await sign_in(thief, Authenticator(local(mine.url), user=device.user))) == REFUSED
        assert (await thief.call("GET", "/auth/session"))["user"] is None
        for lies in (LIES["another origin"], LIES["another place"], LIES["another challenge"]):
            made = Authenticator(local(mine.url)).make(await mine.call("POST", f"{KEYS}/start"), **lies)
            answer = await mine.ask("POST", KEYS, {"name": "Forged", **made})
            assert code_of(answer) == (403, "passkey_refused")
        assert len((await mine.call("GET", KEYS))["items"]) == 1


async def test_a_challenge_is_for_one_purpose_and_one_person(workspace_sqlite: Workspace) -> None:
    mine, name = await browser_of(workspace_sqlite)
    other, other_name = await browser_of(workspace_sqlite)
    async with mine, other, Web(mine.url) as web, Web(mine.url) as foreign:
        device, theirs = await with_key(mine), await with_key(other)
        await first_step(web, name)
        await first_step(foreign, other_name)
        # Another person's key, and another person's challenge, as the second step.
        started = await web.call("POST", "/auth/second-step/passkey")
        answer = await web.ask("POST", "/auth/second-step", {"passkey": theirs.use(started)})
        assert code_of(answer) == REFUSED
        started = await foreign.call("POST", "/auth/second-step/passkey")
        answer = await web.ask("POST", "/auth/second-step", {"passkey": device.use(started)})
        assert code_of(answer) == REFUSED
        # A challenge for signing in is none for a proof, and one of a proof none for signing in.
        started = await web.call("POST", "/auth/passkey/start")
        answer = await mine.ask("POST", "/users/me/proof", {"passkey": device.use(started)})
        assert code_of(answer) == (403, "passkey_refused")
        started = await mine.call("POST", "/users/me/proof/passkey")
        assert code_of(await web.ask("POST", "/auth/passkey", device.use(started))) == REFUSED
        started = await mine.call("POST", "/users/me/proof/passkey")
        await mine.call("POST", "/users/me/proof", {"passkey": device.use(started)}, expect=204)
        tampered = device.use(await web.call("POST", "/auth/passkey/start"))
        tampered["ceremony"] = tampered["ceremony"][:-1] + "x"
        assert code_of(await web.ask("POST", "/auth/passkey", tampered)) == REFUSED


async def test_row_13_an_answer_that_comes_fifty_times_opens_one_session(workspace: Workspace) -> None:
    mine, _ = await browser_of(workspace)
    async with mine, Web(mine.url) as web:
        device = await with_key(mine)
        answer = device.use(await web.call("POST", "/auth/passkey/start"))
        told = await asyncio.gather(*(web.ask("POST", "/auth/passkey", answer) for _ in range(50)))
        assert Counter(one.status_code for one in told) == {200: 1, 401: 49}


async def test_the_last_way_but_one_keeps_its_recovery_codes(workspace_sqlite: Workspace) -> None:
    mine, name = await browser_of(workspace_sqlite)
    async with mine, Web(mine.url) as web:
        phone = await enrol(mine)
        await with_key(mine)
        await mine.call("DELETE", "/users/me/second-factor/app", expect=204)
        assert (await first_step(web, name))["methods"] == ["code", "passkey"]
        await second_step(web, phone.codes[0])


GARBAGE = ["", "!", "a" * 9000, "eyJ", "AAAA", text(b"[" * 5000), text(b"\xff\xfe"), text(b"{}")]


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
async def test_what_is_no_answer_of_a_passkey_is_refused(workspace_sqlite: Workspace, part: str) -> None:
    mine, _ = await browser_of(workspace_sqlite)
    async with mine, Web(mine.url) as web:
        device = await with_key(mine)
        for junk in GARBAGE:
            answer = device.use(await web.call("POST", "/auth/passkey/start"))
            answer["credential"]["response"][part] = junk
            assert (await web.ask("POST", "/auth/passkey", answer)).status_code in {401, 422}, junk


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
async def test_what_is_no_new_passkey_is_refused(workspace_sqlite: Workspace, part: str) -> None:
    mine, _ = await browser_of(workspace_sqlite)
    async with mine:
        for junk in GARBAGE:
            made = Authenticator(local(mine.url)).make(await mine.call("POST", f"{KEYS}/start"))
            made["credential"]["response"][part] = junk
            answer = await mine.ask("POST", KEYS, {"name": "Junk", **made})
            assert answer.status_code in {403, 422}, junk


async def test_passkeys_belong_to_the_name_that_people_type(
    serve: Serve, workspace_sqlite: Workspace
) -> None:
    person = await workspace_sqlite.member()
    async with await Web(person.url).sign_in(person.user["username"]) as web:  # at an address of numbers
        assert (await web.call("GET", "/auth/session"))["passkeys"] is False
        for path in ("/auth/passkey/start", f"{KEYS}/start"):
            assert code_of(await web.ask("POST", path)) == (409, "passkeys_unavailable")
    talkoot = serve("sqlite", public_url="https://Chat.example.org")
    async with Web(talkoot.url) as web:
        own: dict[str, str | None] = {"Origin": "https://chat.example.org", "Host": "chat.example.org"}
        answer = await web.ask("POST", "/auth/passkey/start", headers=own)
        found: Json = answer.json()
        assert found["options"]["rpId"] == "chat.example.org"
        device = Authenticator("https://evil.example", user=bytes(16))
        forged = await web.ask("POST", "/auth/passkey", device.use(found), headers=own)
        assert code_of(forged) == REFUSED
