"""Addresses: confirmed by mail, changed only so, taken back by the old one."""

from urllib.parse import urlsplit

import pytest

from talkoot.choosing import load_settings
from talkoot.settings import SettingsError
from tests.addresses.conftest import HOME, Place, mail, settings, wanted
from tests.clients import PASSWORD, Api, Json
from tests.conftest import Serve
from tests.servers.post_office import PostOffice, link_in, text_of
from tests.servers.talkoot import Talkoot
from tests.workspaces import names


async def register(place: Place, name: str, **more: str) -> Api:
    """A newcomer, who says what their address is."""
    form = {"username": name, "display_name": name.title(), "password": PASSWORD, **more}
    async with place.nobody() as nobody:
        await nobody.post("/auth/register", form)
        return await nobody.sign_in(name)


async def confirm(place: Place, token: str) -> Json:
    async with place.nobody() as nobody:
        found: Json = await nobody.call("POST", "/auth/address/confirm", {"token": token})
        return found


async def refused(place: Place, path: str, token: str) -> tuple[int, str]:
    async with place.nobody() as nobody:
        return await nobody.refusal("POST", path, {"token": token})


async def test_who_registers_with_an_address_confirms_it_by_mail(place: Place) -> None:
    name = f"new{next(names)}"
    async with await register(place, name, email=mail(name).title()) as person:
        assert person.user["email_verified"] is False
        address = person.user["email"]
        link = await place.post.link(address)
        assert link.startswith(f"{HOME}/confirm#")
        await person.post("/users/me/address/link", expect=204)
        token = await place.post.token(address, 2)
        assert await refused(place, "/auth/address/confirm", link.partition("#")[2]) == (403, "link_invalid")
        assert await confirm(place, token) == {"username": name, "email": address}
        assert (await person.get("/users/me"))["email_verified"] is True
        assert await refused(place, "/auth/address/confirm", token) == (403, "link_invalid")
        await person.post("/users/me/address/link", expect=204)  # nothing is left to confirm
        assert len(place.post.to(address)) == 2


async def test_another_address_counts_when_it_was_confirmed_there(place: Place) -> None:
    async with await place.member() as person:
        old, new = person.user["email"], mail(f"other{next(names)}")
        other = await person.put("/users/me/address", wanted(new))
        assert other == {"email": old, "verified": True, "pending": new}
        token = await place.post.token(new)
        assert (await person.get("/users/me"))["email"] == old
        assert (await confirm(place, token))["email"] == new
        assert await person.get("/users/me/address") == {"email": new, "verified": True, "pending": None}
        assert "has another email address" in text_of(await place.post.letter(old, 2))


async def test_row_06_the_old_address_takes_itself_back_and_signs_everybody_out(place: Place) -> None:
    person = await place.member()
    old, stolen, further = person.user["email"], mail(f"thief{next(names)}"), mail(f"thief{next(names)}")
    for address in (stolen, further):
        await person.put("/users/me/address", wanted(address))
        await confirm(place, await place.post.token(address))
    undo = await place.post.token(old, 2)
    thiefs = await place.post.token(stolen, 2)
    async with place.nobody() as nobody:
        back = await nobody.call("POST", "/auth/address/undo", {"token": undo})
        assert back == {"username": person.user["username"], "email": old}
        assert (await person.refusal("GET", "/users/me"))[0] == 401
        # What the thief was mailed meanwhile does nothing, and the owner is sent a link for a new password.
        assert await refused(place, "/auth/address/undo", thiefs) == (403, "link_invalid")
        assert await refused(place, "/auth/address/undo", undo) == (403, "link_invalid")
        token = await place.post.token_for(old, "/reset")
        new = {"token": token, "password": "mine again, and nobody else's"}
        await nobody.post("/auth/password/reset", new, expect=204)
    await person.close()


async def test_no_address_at_all_needs_the_password_and_can_be_taken_back(place: Place) -> None:
    async with await place.member() as person:
        old = person.user["email"]
        assert await person.refusal("PUT", "/users/me/address", {"email": None}) == (422, "invalid")
        wrong = wanted(None, "not my password")
        assert await person.refusal("PUT", "/users/me/address", wrong) == (403, "wrong_password")
        assert await person.refusal("PATCH", "/users/me", {"email": None}) == (409, "confirm_address")
        assert (await person.put("/users/me/address", wanted(None)))["email"] is None
        async with place.nobody() as nobody:
            undo = {"token": await place.post.token(old, 2)}
            assert (await nobody.call("POST", "/auth/address/undo", undo))["email"] == old


async def test_row_21_a_taken_address_is_told_to_its_owner_only(place: Place) -> None:
    async with await place.member() as owner, await place.member() as other:
        taken = owner.user["email"]
        told = await other.put("/users/me/address", wanted(taken))
        assert told["pending"] == taken
        letter = text_of(await place.post.letter(taken, 2))
        assert "belongs to your account" in letter
        assert "/confirm" not in letter
        assert (await owner.get("/users/me"))["email"] == taken


async def test_rows_14_and_21_registering_does_not_tell_whose_address_it_is(place: Place) -> None:
    async with await place.member() as owner:
        taken, free = owner.user["email"], mail(f"free{next(names)}")
        told = []
        for address in (taken, free):
            name = f"curious{next(names)}"
            async with await register(place, name, email=address) as person:
                told.append({"asked": address, "name": name, **person.user})
                again = await person.ask("POST", "/users/me/address/link")
                seen = [again.status_code, await person.get("/users/me/address")]
                seen.append(await person.get("/users/me") == person.user)
                for login, status in ((name, 200), (address, 400)):
                    form = {"grant_type": "password", "username": login, "password": PASSWORD}
                    seen.append((await person.http.post("/auth/token", data=form)).status_code == status)
                told[-1]["seen"] = str(seen).replace(address, "ADDRESS")
        first, second = told
        assert first["email"] == taken
        for one in told:
            for what in ("id", "username", "display_name", "name", "created_at"):
                one.pop(what)
            assert one.pop("asked") == one.pop("email")
        assert first == second
        letter = text_of(await place.post.letter(taken, 2))
        assert "belongs to your account" in letter
        assert "/confirm" not in letter
        assert (await owner.get("/users/me"))["email"] == taken
        assert "/confirm" in text_of(await place.post.letter(free))


async def test_who_registers_first_does_not_keep_an_address_from_who_has_it(place: Place) -> None:
    squatter, name = f"squatter{next(names)}", f"rightful{next(names)}"
    async with (
        await register(place, squatter, email=mail(name)) as first,
        await register(place, name, email=mail(name)) as second,
    ):
        letters = [await place.post.letter(mail(name), number) for number in (1, 2)]
        letters.sort(key=lambda letter: f"@{name} " in text_of(letter))  # they come in any order
        theirs, mine = [urlsplit(link_in(letter)).fragment for letter in letters]
        assert (await confirm(place, mine))["username"] == name
        assert (await second.get("/users/me"))["email_verified"]
        seen = await first.get("/users/me")  # nobody learns that there is somebody else
        assert (seen["email"], seen["email_verified"]) == (mail(name), False)
        assert await refused(place, "/auth/address/confirm", theirs) == (403, "link_invalid")


async def test_an_address_belongs_to_who_shows_that_it_is_theirs(place: Place) -> None:
    squatter, name = f"squatter{next(names)}", f"rightful{next(names)}"
    async with (
        await register(place, squatter, email=mail(name)) as first,
        await register(place, name) as second,
    ):
        await second.put("/users/me/address", wanted(mail(name)))
        before = await first.get("/users/me/address")
        assert (await confirm(place, await place.post.token(mail(name), 2)))["username"] == name
        assert await first.get("/users/me/address") == before
        assert (before["email"], before["verified"]) == (mail(name), False)
        assert await refused(place, "/auth/address/confirm", await place.post.token(mail(name), 1)) == (
            403,
            "link_invalid",
        )


async def test_a_change_is_given_up_by_asking_for_the_address_one_has(place: Place) -> None:
    async with await place.member() as person:
        new = mail(f"other{next(names)}")
        await person.put("/users/me/address", wanted(new))
        token = await place.post.token(new)
        kept = await person.put("/users/me/address", wanted(person.user["email"]))
        assert kept["pending"] is None
        assert await refused(place, "/auth/address/confirm", token) == (403, "link_invalid")


async def test_an_invitation_is_mailed_and_who_opens_it_there_has_that_address(place: Place) -> None:
    name = f"guest{next(names)}"
    path = f"/workspaces/{place.workspace}/invites"
    made = await place.owner.post(path, {"email": mail(name), "max_uses": 25})
    assert (made["token"], made["url"], made["max_uses"], made["email"]) == (None, None, 1, mail(name))
    letter = await place.post.letter(mail(name))
    assert letter["Subject"] == "You are invited to First"
    link = await place.post.link(mail(name))
    token = link.removeprefix(f"{HOME}/join/")
    async with place.nobody() as nobody:
        card = await nobody.get(f"/invites/{token}")
        assert (card["workspace"], card["email"]) == ("First", mail(name))
    async with await register(place, name, invite=token) as person:
        assert (person.user["email"], person.user["email_verified"]) == (mail(name), True)
    assert len(place.post.to(mail(name))) == 1


async def test_who_is_invited_by_mail_may_name_another_address_and_confirms_it(place: Place) -> None:
    name, other = f"guest{next(names)}", f"other{next(names)}"
    await place.owner.post(f"/workspaces/{place.workspace}/invites", {"email": mail(name)})
    token = (await place.post.link(mail(name))).rpartition("/")[2]
    async with await register(place, other, invite=token, email=mail(other)) as person:
        assert (person.user["email"], person.user["email_verified"]) == (mail(other), False)
        await place.post.letter(mail(other))


async def test_what_is_not_possible_without_mail_says_so(owner_sqlite: Api) -> None:
    workspace = (await owner_sqlite.get("/workspaces"))["items"][0]["id"]
    for method, path, body in (
        ("POST", "/auth/password/forgot", {"login": "owner"}),
        ("PUT", "/users/me/address", wanted(None)),
        ("POST", "/users/me/address/link", None),
        ("POST", f"/workspaces/{workspace}/invites", {"email": "a@example.test"}),
    ):
        assert await owner_sqlite.refusal(method, path, body) == (409, "mail_off")
    assert (await owner_sqlite.get("/auth/session"))["mail"] is False


async def limits_hold(talkoot: Talkoot) -> None:
    """For whom a password is forgotten, and for who says so."""
    logins = ["grace", "grace", "GRACE ", "grace", *(f"nobody{n}" for n in range(10))]
    async with Api(talkoot.url) as nobody:
        answers = [await nobody.ask("POST", "/auth/password/forgot", {"login": login}) for login in logins]
    asked = [answer.status_code for answer in answers]
    assert asked[:4] == [204, 204, 204, 429]
    assert asked[4:10] == [204] * 6
    assert 429 in asked[10:]


async def test_where_an_address_is_required_nobody_signs_in_before_it_is_confirmed(
    serve: Serve, post: PostOffice
) -> None:
    talkoot = serve("sqlite", **settings(post, verified_address="required", rate_limits="on"))
    async with Api(talkoot.url) as nobody:
        form = {"username": "grace", "display_name": "Grace", "password": PASSWORD}
        setup = {"workspace": "Strict", **form, "username": "head"}
        assert (await nobody.refusal("POST", "/setup", setup))[0] == 422
        await nobody.post("/setup", {**setup, "email": "head@strict.test"})
        owner = await nobody.sign_in("head")  # who sets up the server is believed
        assert owner.user["email_verified"]
        assert (await nobody.refusal("POST", "/auth/register", form))[0] == 422
        await nobody.post("/auth/register", {**form, "email": "grace@strict.test"})
        token = await post.token("grace@strict.test")
        right = {"username": "grace", "password": PASSWORD}
        assert await nobody.refusal("POST", "/auth/login", right) == (403, "address_unverified")
        assert await nobody.refusal("POST", "/auth/login", {**right, "password": "x"}) == (
            401,
            "invalid_credentials",
        )
        newer = await post.token("grace@strict.test", 2)  # who knows the password is sent it again
        for answer in (403, 200):
            used = token if answer == 403 else newer
            await nobody.call("POST", "/auth/address/confirm", {"token": used}, expect=answer)
        async with await nobody.sign_in("grace") as grace:
            none = await grace.refusal("PUT", "/users/me/address", wanted(None))
            assert none == (422, "invalid")
        await owner.close()
    await limits_hold(talkoot)
    await without_an_address(talkoot)


async def without_an_address(talkoot: Talkoot) -> None:
    """Who has none can not sign in until the operator gives them one."""
    made = talkoot.run("user", "create", "ada", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert made.returncode == 0
    async with Api(talkoot.url) as nobody:
        right = {"username": "ada", "password": PASSWORD}
        assert await nobody.refusal("POST", "/auth/login", right) == (403, "address_missing")
        assert talkoot.run("user", "set-address", "ada", "ada@strict.test").returncode == 0
        async with await nobody.sign_in("ada") as ada:
            assert ada.user["email_verified"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "127.0.0.1"},
        {"smtp_host": "127.0.0.1", "public_url": HOME},
        {"smtp_host": "127.0.0.1", "public_url": HOME, "mail_from": "nobody"},
        {"verified_address": "required"},
    ],
)
def test_settings_that_can_not_work_are_named(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="mail"):
        load_settings(None, **wrong)


async def test_people_hear_that_their_data_was_exported_and_that_their_account_is_to_go(place: Place) -> None:
    person = await place.member()
    address = person.user["email"]
    await place.owner.post("/users/me/proof", {"password": PASSWORD}, expect=204)
    await place.owner.post(f"/users/{person.user['id']}/export", expect=202)
    assert "had a file made of all that is known of you" in text_of(await place.post.letter(address, 2))
    await person.post("/users/me/export", expect=202)  # one's own is no news
    await person.post("/users/me/deletion", {}, expect=202)
    assert "Your account is deleted in 14 days" in text_of(await place.post.letter(address, 3))
    await person.close()
