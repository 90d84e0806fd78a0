"""A forgotten password: by a link that is mailed, used once, and learned by nobody else."""

import asyncio
import json
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from tests.accounts.phones import APP, enrol, token_form
from tests.addresses.conftest import HOME, Place
from tests.clients import PASSWORD, Api, Socket
from tests.job_rows import rows
from tests.servers.post_office import text_of

NEW = "another horse, another battery"


async def forget(place: Place, login: str) -> None:
    async with place.nobody() as nobody:
        await nobody.post("/auth/password/forgot", {"login": login}, expect=204)


async def reset(place: Place, token: str, password: str = NEW) -> int:
    async with place.nobody() as nobody:
        return (
            await nobody.ask("POST", "/auth/password/reset", {"token": token, "password": password})
        ).status_code


async def refused(place: Place, token: str) -> tuple[int, str]:
    async with place.nobody() as nobody:
        return await nobody.refusal("POST", "/auth/password/reset", {"token": token, "password": NEW})


async def test_row_06_a_new_password_by_mail_signs_out_everywhere(place: Place) -> None:
    person = await place.member()
    address, name = person.user["email"], person.user["username"]
    made = await person.post("/users/me/tokens", {"name": "nightly", "scopes": ["read"]})
    assert "access token was made for your account: nightly" in text_of(await place.post.letter(address, 2))
    async with await Socket.of(person) as socket:
        await forget(place, address.upper())
        letter = await place.post.letter(address, 3)
        assert f"@{name}" in text_of(letter)
        assert await place.post.link(address, 3) == f"{HOME}/reset#{await place.post.token(address, 3)}"
        assert await reset(place, await place.post.token(address, 3)) == 204
        assert (await socket.closed())[0] == 4401
    assert (await person.refusal("GET", "/users/me"))[0] == 401
    async with Api(place.talkoot.url, made["token"]) as program:
        assert (await program.refusal("GET", "/users/me"))[0] == 401
    async with place.nobody() as nobody, await nobody.sign_in(name, NEW) as again:
        assert again.user["email_verified"]
        form = {"grant_type": "password", "username": name, "password": PASSWORD}
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 401
    said = " ".join(text_of(await place.post.letter(address, 4)).split())
    assert "A new password was chosen for your account" in said
    assert "What else opens it: nothing." in said
    await person.close()


async def test_the_owner_hears_of_every_change_of_their_second_factor(place: Place) -> None:
    person = await place.member()
    address, name = person.user["email"], person.user["username"]
    phone = await enrol(person)
    async with place.nobody() as nobody:
        form = token_form(name, code=phone.codes[0])
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 200
    await person.call("POST", "/users/me/second-factor/recovery-codes")
    await person.delete(APP)
    await enrol(person)
    await place.owner.post("/users/me/proof", {"password": PASSWORD}, expect=204)
    await place.owner.delete(f"/users/{person.user['id']}/second-factor")
    await place.post.letter(address, 7)  # in whichever order
    letters = [" ".join(text_of(letter).split()) for letter in place.post.to(address)]
    for said, times in (
        ("asks for a second factor now: an authenticator app", 2),
        ("signed in to your account with a recovery code", 1),
        ("New recovery codes were made", 1),
        ("second factor no longer: an authenticator app", 1),
        ("second factor no longer: all of it", 1),
    ):
        assert sum(said in letter for letter in letters) == times, said
    await person.close()


async def test_a_username_will_do_and_is_answered_at_the_address(place: Place) -> None:
    async with await place.member() as person:
        await forget(place, person.user["username"])
        assert await reset(place, await place.post.token(person.user["email"], 2)) == 204


async def test_row_13_one_of_fifty_who_open_a_link_at_once_succeeds(
    place: Place, place_postgresql: Place
) -> None:
    for where in (place, place_postgresql):
        async with await where.member("race") as person:
            await forget(where, person.user["email"])
            token = await where.post.token(person.user["email"], 2)
            tried = await asyncio.gather(*(reset(where, token, f"{NEW} {n}") for n in range(50)))
            assert sorted(tried) == [204] + [403] * 49
            assert await refused(where, token) == (403, "link_invalid")


async def test_row_14_and_21_nobody_learns_whether_there_is_such_an_account(place: Place) -> None:
    async with await place.member() as person, place.nobody() as nobody:
        told = []
        for login in (person.user["email"], "nobody@example.test", person.user["username"], "nobody-at-all"):
            answer = await nobody.ask("POST", "/auth/password/forgot", {"login": login})
            known = {"date", "x-request-id"}
            headers = {name: value for name, value in answer.headers.items() if name not in known}
            told.append((answer.status_code, answer.content, headers))
        assert told == [told[0]] * 4
        assert told[0][:2] == (204, b"")
        # And the same is done for each of them before the answer: a job that looks later.
        await place.post.letter(person.user["email"], 2)  # the link of the first may give way to the other's
        assert place.post.to("nobody@example.test") == []


async def test_a_link_gives_way_to_a_newer_one_to_a_change_of_the_password_and_to_the_end_of_an_account(
    place: Place,
) -> None:
    person = await place.member()
    address, name = person.user["email"], person.user["username"]
    await forget(place, address)
    first = await place.post.token(address, 2)
    await forget(place, address)
    second = await place.post.token(address, 3)
    assert await refused(place, first) == (403, "link_invalid")
    await person.patch("/users/me", {"password": NEW, "current_password": PASSWORD})
    assert await refused(place, second) == (403, "link_invalid")
    await place.post.letter(address, 4)

    await forget(place, address)
    third = await place.post.token(address, 5)
    assert place.talkoot.run("user", "deactivate", name).returncode == 0
    assert await refused(place, third) == (403, "link_invalid")
    await forget(place, address)
    assert place.talkoot.run("user", "reactivate", name).returncode == 0
    assert await refused(place, third) == (403, "link_invalid")
    await forget(place, address)  # the letter after it shows that there was none for the one before
    await place.post.letter(address, 6)
    assert len(place.post.to(address)) == 6
    await person.close()


async def test_a_link_is_for_one_thing_and_a_weak_password_does_not_use_it_up(place: Place) -> None:
    async with await place.member() as person, place.nobody() as nobody:
        address = person.user["email"]
        await forget(place, address)
        token = await place.post.token(address, 2)
        for other in ("/auth/address/confirm", "/auth/address/undo"):
            assert await nobody.refusal("POST", other, {"token": token}) == (403, "link_invalid")
        for weak in ("password", "short", address):
            assert await reset(place, token, weak) == 422
        assert await reset(place, token) == 204


async def test_a_link_ends_within_the_hour(place: Place) -> None:
    async with await place.member() as person:
        await forget(place, person.user["email"])
        token = await place.post.token(person.user["email"], 2)
        (life,) = await rows(
            place.talkoot,
            "SELECT expires_at - created_at FROM mailed_links WHERE purpose = 'reset' AND user_id = $1",
            _id(person),
        )
        assert life[0] <= 3_700_000_000
        await rows(place.talkoot, "UPDATE mailed_links SET expires_at = 1 WHERE user_id = $1", _id(person))
        assert await refused(place, token) == (403, "link_invalid")


async def test_row_08_no_token_is_kept_or_logged(place: Place) -> None:
    async with await place.member() as person:
        address = person.user["email"]
        await forget(place, address)
        token = await place.post.token(address, 2)
        assert await reset(place, token) == 204
        await place.post.letter(address, 3)
        with closing(sqlite3.connect(place.talkoot.data / "talkoot.db")) as database:
            dump = "\n".join(database.iterdump())
        jobs = json.dumps(await place.owner.get("/jobs", limit=200))
        for told in (dump, jobs, place.talkoot.log):
            assert token not in told
        done = [row for row in dump.splitlines() if "'addresses.forgotten'" in row and "'done'" in row]
        assert done
        assert not any(address in row for row in done)


async def test_who_has_no_password_is_told_so_and_gets_no_link(place: Place) -> None:
    async with await place.member() as person:
        await rows(place.talkoot, "UPDATE users SET password_hash = NULL WHERE id = $1", _id(person))
        await forget(place, person.user["email"])
        told = text_of(await place.post.letter(person.user["email"], 2))
        assert "identity provider" in told
        assert "/reset" not in told


async def test_row_30_the_link_leads_to_the_public_address_whatever_the_request_says(place: Place) -> None:
    async with await place.member() as person, place.nobody() as nobody:
        forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = await nobody.http.post(
            "/auth/password/forgot", json={"login": person.user["email"]}, headers=forged
        )
        if answer.status_code == 204:
            assert (await place.post.link(person.user["email"], 2)).startswith(f"{HOME}/reset#")
        assert "evil" not in "".join(str(letter) for letter in place.post.letters)


@pytest.mark.parametrize("token", ["", "x" * 201, "\0", "../../x", "A" * 43])
async def test_a_token_that_was_never_made_opens_nothing(place: Place, token: str) -> None:
    assert await reset(place, token) in {400, 403, 422}


async def test_a_page_of_another_site_asks_for_nothing(place: Place) -> None:
    async with place.nobody() as nobody:
        for path, body in (
            ("/auth/password/forgot", {"login": "x"}),
            ("/auth/password/reset", {"token": "x", "password": NEW}),
            ("/auth/address/confirm", {"token": "x"}),
            ("/auth/address/undo", {"token": "x"}),
        ):
            answer = await nobody.http.post(path, json=body, headers={"Origin": "https://evil.example"})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_the_operator_hands_a_link_over(place: Place) -> None:
    async with await place.member(address=False) as person:
        name = person.user["username"]
        made = place.talkoot.run("user", "reset-link", name)
        assert made.returncode == 0, made.stderr
        link = made.stdout.strip()
        assert link.startswith(f"{HOME}/reset#")
        assert await reset(place, link.partition("#")[2]) == 204
        async with place.nobody() as nobody, await nobody.sign_in(name, NEW):
            pass
        assert (await person.refusal("GET", "/users/me"))[0] == 401


def _id(person: Api) -> UUID:
    return UUID(person.user["id"])
