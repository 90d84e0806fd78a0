"""Two steps: with an app and on paper, over every way in, and without any way around the second one."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

from tests.accounts.browsers import Web, code_of
from tests.accounts.phones import APP, enrol, first_step, second_step, token_form
from tests.clients import PASSWORD, Api, Socket, join, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace

FACTOR = "/users/me/second-factor"


async def test_an_app_is_set_up_by_its_first_code_and_signs_in_by_the_next(workspace: Workspace) -> None:
    person = await workspace.member()
    name = person.user["username"]
    started = await person.call("POST", APP, {})
    asked = parse_qs(urlsplit(started["uri"]).query)
    assert started["uri"].startswith("otpauth://totp/")
    assert asked["secret"] == [started["secret"]]
    assert started["qr"].startswith("data:image/svg+xml")
    for code in ("000000", "\u00e4\u00f6\u00fc000"):
        wrong = {"enrolment": started["enrolment"], "code": code}
        assert await person.refusal("PUT", APP, wrong) == (422, "invalid")
    assert (await person.get(FACTOR))["app"] is False
    phone = await enrol(person)
    assert len(set(phone.codes)) == 10
    assert await person.get(FACTOR) == {
        "app": True,
        "passkeys": 0,
        "recovery_codes": 10,
        "required": False,
        "password": True,
        "proved": True,
    }
    async with Web(person.url) as web:
        assert await first_step(web, name) == {"methods": ["code"]}
        await second_step(web, phone.code())
        assert (await web.call("GET", "/users/me"))["username"] == name
        assert (await web.call("GET", "/auth/session"))["second_step"] is None
    acts = await person.get("/auth/sessions")
    assert len(acts["items"]) == 2


async def test_row_05_between_the_steps_nothing_is_open(workspace: Workspace) -> None:
    person = await workspace.member()
    name = person.user["username"]
    await enrol(person)
    async with Web(person.url) as web, Api(person.url) as nobody:
        await first_step(web, name)
        cookies = dict(web.http.cookies)
        assert set(cookies) == {"talkoot-step"}
        state = await web.call("GET", "/auth/session")
        assert (state["user"], state["csrf"], state["second_step"]) == (None, None, {"methods": ["code"]})
        for method, path in (("GET", "/users/me"), ("POST", "/ws-ticket"), ("GET", "/workspaces")):
            assert code_of(await web.ask(method, path)) == (401, "not_authenticated"), path
        web.http.cookies.set("talkoot", cookies["talkoot-step"])
        assert code_of(await web.ask("GET", "/users/me")) == (401, "not_authenticated")
        answer = await nobody.http.post("/auth/token", data=token_form(name))
        assert code_of(answer) == (401, "second_step_required")
        for hello in ({"token": cookies["talkoot-step"]}, {"ticket": cookies["talkoot-step"]}):
            async with await Socket.open(person.url) as socket:
                await socket.push(op="hello", **hello)
                assert (await socket.closed())[0] == 4401
    assert len((await person.get("/auth/sessions"))["items"]) == 1


async def test_tokens_need_the_code_with_the_password(workspace: Workspace) -> None:
    person = await workspace.member()
    name, phone = person.user["username"], await enrol(person)
    async with Api(person.url) as nobody:
        wrong = await nobody.http.post("/auth/token", data=token_form(name, code="000000"))
        assert code_of(wrong) == (401, "wrong_code")
        guess = token_form(name, code=phone.codes[0]) | {"password": "not the right password"}
        assert code_of(await nobody.http.post("/auth/token", data=guess)) == (401, "invalid_credentials")
        answer = await nobody.http.post("/auth/token", data=token_form(name, code=phone.code()))
        assert answer.status_code == 200, answer.text
        pair = answer.json()
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 200


async def test_row_13_of_fifty_who_bring_the_same_code_one_gets_in(workspace: Workspace) -> None:
    person = await workspace.member()
    phone = await enrol(person)
    for code in (phone.code(), phone.codes[3]):
        async with Web(person.url) as web:
            await first_step(web, person.user["username"])
            step = {"code": code}
            answers = await asyncio.gather(*(web.ask("POST", "/auth/second-step", step) for _ in range(50)))
        told = Counter(answer.json().get("code", "in") for answer in answers)
        assert told == {"in": 1, "wrong_code": 49}


async def test_a_recovery_code_opens_once_and_new_ones_take_the_place_of_all(workspace: Workspace) -> None:
    person = await workspace.member()
    name, phone = person.user["username"], await enrol(person)
    async with Web(person.url) as web:
        await first_step(web, name)
        await second_step(web, phone.codes[0].upper().replace("-", " "))
        assert (await web.call("GET", FACTOR))["recovery_codes"] == 9
    async with Web(person.url) as web:
        await first_step(web, name)
        again = await web.ask("POST", "/auth/second-step", {"code": phone.codes[0]})
        assert code_of(again) == (401, "wrong_code")
        renewed = (await person.call("POST", f"{FACTOR}/recovery-codes", {}))["codes"]
        assert not set(renewed) & set(phone.codes)
        old = await web.ask("POST", "/auth/second-step", {"code": phone.codes[1]})
        assert code_of(old) == (401, "wrong_code")
        await second_step(web, renewed[1])
    other = await workspace.member()  # whose codes they are not
    await enrol(other)
    async with Web(person.url) as web:
        await first_step(web, other.user["username"])
        foreign = await web.ask("POST", "/auth/second-step", {"code": renewed[2]})
        assert code_of(foreign) == (401, "wrong_code")


async def test_what_was_open_elsewhere_ends_with_the_first_factor_and_with_the_loss_of_one(
    workspace: Workspace,
) -> None:
    person = await workspace.member()
    name = person.user["username"]
    async with await person.sign_in(name) as elsewhere, await Socket.of(elsewhere) as socket:
        phone = await enrol(person)
        assert (await socket.closed())[0] == 4401
        assert (await elsewhere.refusal("GET", "/users/me"))[0] == 401
    form = token_form(name, code=phone.codes[0])
    token = (await person.http.post("/auth/token", data=form)).json()["access_token"]
    async with Api(person.url, token) as later:
        assert (await later.get("/users/me"))["username"] == name
        await person.delete(APP)
        assert (await later.refusal("GET", "/users/me"))[0] == 401
    assert (await person.get(FACTOR))["recovery_codes"] == 0
    async with await person.sign_in(name) as again:
        assert again.user["username"] == name
    assert await person.refusal("DELETE", APP) == (404, "not_found")
    assert await person.refusal("POST", f"{FACTOR}/recovery-codes") == (409, "no_second_factor")


async def test_the_first_step_ends_with_the_password_that_it_was_taken_with(workspace: Workspace) -> None:
    person = await workspace.member()
    phone = await enrol(person)
    async with Web(person.url) as web, Web(person.url) as forger:
        await first_step(web, person.user["username"])
        await person.patch(
            "/users/me", {"password": "another horse, one battery", "current_password": PASSWORD}
        )
        late = await web.ask("POST", "/auth/second-step", {"code": phone.code()})
        assert code_of(late) == (401, "step_lost")
        user, mark, ends, seal = dict(web.http.cookies)["talkoot-step"].split(".")
        for made_up in (
            "",
            "a.b.c",
            f"{user}.{mark}.{int(ends) + 1}.{seal}",
            f"{'0' * 32}.{mark}.{ends}.{seal}",
        ):
            forger.http.cookies.set("talkoot-step", made_up)
            answer = await forger.ask("POST", "/auth/second-step", {"code": phone.codes[0]})
            assert code_of(answer) == (401, "step_lost")


async def test_a_secret_is_for_whom_it_was_made(workspace_sqlite: Workspace) -> None:
    person, other = await workspace_sqlite.member(), await workspace_sqlite.member()
    started = await other.call("POST", APP, {})
    for enrolment in (started["enrolment"], "made.up", started["enrolment"][:-1] + "x"):
        confirm = {"enrolment": enrolment, "code": "123456"}
        assert await person.refusal("PUT", APP, confirm) == (409, "enrolment_lost")


async def test_who_looks_after_the_installation_resets_a_factor_but_not_an_owners(
    workspace: Workspace,
) -> None:
    hand = workspace.owner  # who owns the first workspace
    first = min(item["id"] for item in (await hand.get("/workspaces"))["items"])
    person, owner = await workspace.member(), await workspace.member()
    async with await join(hand, first, f"second{owner.user['username']}") as owner:
        await hand.put(f"/workspaces/{first}/members/{owner.user['id']}", {"role": "owner"}, expect=204)
        for each in (person, owner):
            await enrol(each)
        path = f"/users/{person.user['id']}/second-factor"
        assert (await person.refusal("DELETE", path))[0] == 404
        await hand.delete(path)
        await hand.delete(path)
        assert (await person.refusal("GET", "/users/me"))[0] == 401
        async with await person.sign_in(person.user["username"]) as again:
            assert (await again.get(FACTOR))["app"] is False
        kept = f"/users/{owner.user['id']}/second-factor"
        assert await hand.refusal("DELETE", kept) == (403, "owner_protected")
        assert (await owner.get(FACTOR))["app"] is True
        await hand.put(f"/workspaces/{first}/members/{owner.user['id']}", {"role": "member"}, expect=204)
    acts = await hand.get("/audit", subject=person.user["id"])
    told = [(act["kind"], act["actor"] == hand.user["id"]) for act in acts["items"]]
    assert told == [("account.second_factor_reset", True), ("account.factor_added", False)]


async def test_changes_need_a_proof_of_a_moment_ago_and_the_machine_needs_none(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on")
    owner, _ = await set_up(talkoot.url)
    async with owner:
        phone = await enrol(owner)
        # As if it were tomorrow; the secret is nowhere to be read.
        with closing(sqlite3.connect(talkoot.data / "talkoot.db", timeout=10)) as database, database:
            database.execute("UPDATE sessions SET proved_at = proved_at - 86400000000")
        assert phone.secret.encode() not in b"".join(
            file.read_bytes() for file in talkoot.data.glob("talkoot.db*")
        )
        for method, path in (("POST", APP), ("DELETE", APP), ("POST", f"{FACTOR}/recovery-codes")):
            assert await owner.refusal(method, path, {}) == (403, "proof_required")
        token = {"name": "for ever", "scopes": ["read"]}
        assert await owner.refusal("POST", "/users/me/tokens", token) == (403, "proof_required")
        proof = "/users/me/proof"
        assert await owner.refusal("POST", proof, {"password": PASSWORD}) == (403, "second_factor_asked")
        assert await owner.refusal("POST", proof, {"code": "000000"}) == (403, "wrong_code")
        assert (await owner.refusal("POST", proof, {}))[0] == 422
        await owner.post(proof, {"code": phone.code()}, expect=204)
        assert (await owner.get(FACTOR))["proved"] is True
        # That of an owner is reset on the machine.
        assert "owner\tOwner\t\tsecond factor" in talkoot.run("user", "list").stdout
        ran = talkoot.run("user", "reset-second-factor", "owner")
        assert "signs in with the password alone now" in ran.stdout, ran.stderr
        async with await owner.sign_in("owner") as again:
            assert (await again.get(FACTOR))["app"] is False
            acts = (await again.get("/audit", kind="account.second_factor_reset"))["items"]
        assert [act["address"] for act in acts] == ["command line"]


async def test_row_14_codes_are_not_guessed(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on", trusted_proxies='["127.0.0.1"]')
    owner, _ = await set_up(talkoot.url)
    async with owner, Api(talkoot.url) as nobody, Web(talkoot.url) as web:
        phone = await enrol(owner)
        told = []
        for n in range(20):
            form = token_form("owner", code=f"guess-{n:06}")
            headers = {"X-Forwarded-For": f"198.51.100.{n}"}
            told.append((await nobody.http.post("/auth/token", data=form, headers=headers)).status_code)
        assert told.count(401) <= 11
        assert 429 in told[11:]
        await first_step(web, "owner")
        elsewhere: dict[str, str | None] = {"X-Forwarded-For": "203.0.113.9"}
        codes = [await web.ask("POST", "/auth/second-step", {"code": "000000"}, elsewhere) for _ in range(3)]
        assert code_of(codes[-1]) == (429, "rate_limited")
        # The owner comes from where they came from before, and is not kept out.
        await second_step(web, phone.code())
    assert "guess-" not in talkoot.log


async def test_row_05_who_must_have_a_factor_sets_it_up_before_anything_else(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, first = await set_up(talkoot.url)
    async with owner, await join(owner, first["id"], "ada") as ada, Web(talkoot.url) as web:
        # From now on it is asked for: what was open is open no longer.
        talkoot.environment["TALKOOT_SECOND_FACTOR"] = "administrators"
        talkoot.restart()
        assert await owner.refusal("GET", "/users/me") == (403, "second_factor_missing")
        async with await Socket.open(talkoot.url) as socket:
            await socket.push(op="hello", token=owner.token)
            assert (await socket.closed())[0] == 4403
        answer = await owner.http.post("/auth/token", data=token_form("owner"))
        assert code_of(answer) == (403, "second_factor_missing")
        assert (await ada.get("/users/me"))["username"] == "ada"
        signed = await web.call("POST", "/auth/login", {"username": "owner", "password": PASSWORD})
        web.csrf = signed["csrf"]
        assert signed["must_enrol"] is True
        assert (await web.call("GET", "/auth/session"))["must_enrol"] is True
        for method, path in (("GET", "/workspaces"), ("POST", "/ws-ticket"), ("GET", "/auth/sessions")):
            assert code_of(await web.ask(method, path)) == (403, "second_factor_missing"), path
        await enrol(web)
        await web.call("POST", "/ws-ticket")
        assert (await web.call("GET", FACTOR))["required"] is True
        assert code_of(await web.ask("DELETE", APP)) == (409, "last_factor")
        # Who becomes an administrator has to, too; a socket that is open closes at the next look.
        async with await Socket.of(ada) as socket:
            member = f"/workspaces/{first['id']}/members/{ada.user['id']}"
            await web.call("PUT", member, {"role": "admin"}, expect=204)
            assert (await socket.closed(30))[0] == 4401
        await web.call("PUT", member, {"role": "member"}, expect=204)
        talkoot.environment["TALKOOT_SECOND_FACTOR"] = "everybody"
        talkoot.restart()
        assert await ada.refusal("GET", "/users/me") == (403, "second_factor_missing")
