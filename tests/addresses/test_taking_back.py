"""What a thief left behind: taking the address back ends all of it, and a new password names the rest."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.accounts.authenticators import Authenticator
from tests.accounts.browsers import Web
from tests.accounts.phones import enrol, second_step, token_form
from tests.addresses.conftest import Place, mail, settings, wanted
from tests.clients import Api, Json, set_up
from tests.identities.visits import said, visit
from tests.servers.issuer import Issuer
from tests.servers.molds import with_tables
from tests.servers.post_office import PostOffice, text_of
from tests.servers.talkoot import Talkoot

HOME = "http://localhost:9"  # a name, for passkeys; and without https, for cookies
NEW = "another horse, another battery"
KEYS, LINK, TOKENS = "/users/me/passkeys", "/users/me/identities", "/users/me/tokens"
PROVIDERS = """
[providers.company]
issuer = "{url}"
client_id = "talkoot"
accounts = "linked"
"""


@dataclass
class Office(Place):
    """A server that sends mail and knows a provider."""

    issuer: Issuer

    def browser(self) -> Web:
        web = Web(self.talkoot.url)
        web.url = HOME  # the origin of the page, whatever the network says
        return web


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer().publish()
    yield issuer
    issuer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(
    issuer: Issuer, post: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "providers.toml").write_text(PROVIDERS.format(url=issuer.url))
    more = {"identity_providers": str(folder / "providers.toml"), "outgoing_networks": "127.0.0.0/8"}
    talkoot = with_tables(Talkoot(folder / "data", **settings(post, **{**more, "public_url": HOME}))).start()
    owner, workspace = await set_up(talkoot.url)
    async with owner:
        yield Office(talkoot, post, owner, workspace["id"], issuer)
    talkoot.stop()


async def add_key(web: Web, name: str) -> None:
    made = Authenticator(HOME).make(await web.call("POST", f"{KEYS}/start"))
    await web.call("POST", KEYS, {"name": name, **made}, expect=201)


async def link(office: Office, web: Web, name: str) -> None:
    began = await visit(web, "company", LINK, provider="company")
    back = await began.as_person(office.issuer, sub=name, preferred_username=name)
    assert said(back) == "linked"


async def open_undo(office: Office, address: str) -> None:
    async with office.nobody() as nobody:
        token = {"token": await token_in(office, address, "/undo#")}
        await nobody.call("POST", "/auth/address/undo", token)


async def open_reset(office: Office, address: str) -> None:
    async with office.nobody() as nobody:
        new = {"token": await token_in(office, address, "/reset#"), "password": NEW}
        await nobody.post("/auth/password/reset", new, expect=204)


async def told(office: Office, address: str, *wanted: str) -> str:
    """Wait until letters to this address have said all of this, in whichever order; the last of it."""
    text = ""
    for said_there in wanted:
        number = 1
        while said_there not in (text := plain(text_of(await office.post.letter(address, number)))):
            number += 1
    return text


async def token_in(office: Office, address: str, path: str) -> str:
    """The token of the link of this kind that was mailed there."""
    return (await told(office, address, path)).partition(path)[2].split()[0]


def plain(text: str) -> str:
    return " ".join(text.split())


async def test_row_06_and_56_what_was_added_since_the_address_was_changed_goes(office: Office) -> None:
    person = await office.member("robbed")
    name, address = person.user["username"], person.user["email"]
    async with office.browser() as owners:
        await owners.sign_in(name)
        await add_key(owners, "my own key")
        await link(office, owners, f"{name}-at-work")
        # From here on it is the thief, at the same desk.
        await owners.call("PUT", "/users/me/address", wanted(mail(f"of-{name}")))
        phone = await enrol(owners)
        await add_key(owners, "a strange key")
        await link(office, owners, f"{name}-thief")
        made = await owners.call("POST", TOKENS, {"name": "for ever", "scopes": ["read"]}, expect=201)
        codes = (await owners.call("POST", "/users/me/second-factor/recovery-codes"))["codes"]
        async with office.nobody() as nobody:
            confirmed = {"token": await office.post.token(mail(f"of-{name}"))}
            await nobody.call("POST", "/auth/address/confirm", confirmed)
            await open_undo(office, address)
            for code in (phone.code(), codes[0]):  # the password that the thief knows does nothing now
                form = token_form(name, code=code)
                assert (await nobody.http.post("/auth/token", data=form)).status_code == 401
        assert (await owners.ask("GET", "/users/me")).status_code == 401
    async with Api(office.talkoot.url, made["token"]) as program:
        assert (await program.refusal("GET", "/users/me"))[0] == 401
    last = await told(
        office,
        address,
        "second factor no longer: an authenticator app",
        "A passkey was taken from your account: a strange key",
        f"can not be opened with {name}-thief any more",
        "Your address is yours again",
    )
    rest = last.partition("What else opens it: ")[2].partition(".")[0]
    assert rest == f"the passkey my own key, {name}-at-work at company"
    acts = (await office.owner.get("/audit", subject=person.user["id"]))["items"]
    removed = ["identity.unlinked", *["account.factor_removed"] * 2, "account.address_taken_back"]
    assert [act["kind"] for act in acts[:4]] == removed
    await everything_is_as_before(office, name, address)
    await person.close()


async def everything_is_as_before(office: Office, name: str, address: str) -> None:
    """The owner has what they had; nobody comes in by what was added."""
    await open_reset(office, address)
    async with office.browser() as thief, office.browser() as web:
        back = await (await visit(thief, "company")).as_person(office.issuer, sub=f"{name}-thief")
        assert said(back) == "not_linked"
        back = await (await visit(web, "company")).as_person(office.issuer, sub=f"{name}-at-work")
        assert said(back) == ""
        assert [key["name"] for key in (await web.call("GET", KEYS))["items"]] == ["my own key"]
        state: Json = await web.call("GET", "/users/me/second-factor")
        assert (state["app"], state["passkeys"], state["recovery_codes"]) == (False, 1, 0)
        assert (await web.call("GET", TOKENS))["items"] == []


async def test_row_06_and_56_a_new_password_by_mail_names_what_else_opens_the_account(office: Office) -> None:
    person = await office.member("forgetful")
    name, address = person.user["username"], person.user["email"]
    async with office.browser() as web:
        await web.sign_in(name)
        await add_key(web, "left behind")
        await link(office, web, f"{name}-at-work")
    async with office.nobody() as nobody:
        await nobody.post("/auth/password/forgot", {"login": name}, expect=204)
    await open_reset(office, address)
    text = await told(office, address, "A new password was chosen for your account")
    assert f"What else opens it: the passkey left behind, {name}-at-work at company." in text
    await person.close()


async def test_row_56_who_leaves_by_a_stolen_account_does_not_leave(office: Office) -> None:
    person = await office.member("leaver")
    name, address = person.user["username"], person.user["email"]
    phone = await enrol(person)  # of the owner, long before
    await person.put("/users/me/address", wanted(None))
    await person.post("/users/me/deletion", {}, expect=202)
    await open_undo(office, address)
    await open_reset(office, address)
    async with office.browser() as web:
        answer = await web.ask("POST", "/auth/login", {"username": name, "password": NEW})
        assert answer.status_code == 202  # what was there before the change is asked for, as before
        await second_step(web, phone.code())
    acts = (await office.owner.get("/audit", subject=person.user["id"]))["items"]
    assert "account.deletion_cancelled" in [act["kind"] for act in acts]
    await person.close()
