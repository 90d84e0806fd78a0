"""What may be used once is used once over two servers, and what is signed by one holds at the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio
import redis

from talkoot.kernel.redis import names_of
from tests.accounts.authenticators import Authenticator
from tests.accounts.browsers import Web
from tests.accounts.phones import enrol, token_form
from tests.clients import Api, join
from tests.cluster.test_two_nodes import Pair, pair_on
from tests.identities.visits import Visit, said, visit
from tests.job_rows import rows
from tests.kernel.ground import until
from tests.servers.issuer import Issuer
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey
from tests.tokens.hosts import Host

PUBLIC = "http://localhost:9999"
PROVIDER = """
[providers.company]
issuer = "{url}"
client_id = "talkoot"
client_secret = "this-secret-is-never-told-to-anybody-1B"
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer().publish()
    yield made
    made.close()


@pytest.fixture(scope="module")
def settings_of_two(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = tmp_path_factory.mktemp("providers") / "providers.toml"
    file.write_text(PROVIDER.format(url=issuer.url))
    local = {"check_seconds": "0.5", "public_url": PUBLIC, "outgoing_networks": "127.0.0.0/8"}
    return {**local, "identity_providers": str(file)}


@pytest_asyncio.fixture(scope="module")
async def pair(shared_two: tuple[Talkoot, Talkoot]) -> AsyncIterator[Pair]:
    made = await pair_on(shared_two)
    async with made.owner, made.guest:
        yield made


def browser(pair: Pair, node: int) -> Web:
    """One that comes to a server through the balancer, whose address it knows."""
    web = Web(pair.nodes[node].url)
    web.url = PUBLIC
    return web


async def test_of_many_who_bring_one_code_to_two_servers_one_gets_in(pair: Pair) -> None:
    async with await join(pair.owner, pair.workspace["id"], "codes") as person:
        code = (await enrol(person)).code()
    async with Api(pair.nodes[0].url) as here, Api(pair.nodes[1].url) as there:
        form = token_form("codes", code=code)
        asked = [each.http.post("/auth/token", data=form) for each in (here, there) for _ in range(3)]
        answers = Counter(answer.status_code for answer in await asyncio.gather(*asked))
    assert answers[200] == 1, answers
    assert set(answers) <= {200, 401}, answers


async def test_a_challenge_of_one_server_is_answered_once_at_either(pair: Pair) -> None:
    async with await join(pair.owner, pair.workspace["id"], "keys"), browser(pair, 0) as here:
        await here.sign_in("keys")
        device = Authenticator(PUBLIC)
        made = device.make(await here.call("POST", "/users/me/passkeys/start"))
        async with browser(pair, 1) as there:
            there.http.cookies, there.csrf = here.http.cookies, here.csrf
            await there.call("POST", "/users/me/passkeys", {"name": "Laptop", **made}, expect=201)
        used = device.use(await here.call("POST", "/auth/passkey/start"))
        webs = [browser(pair, number % 2) for number in range(8)]
        answers = await asyncio.gather(*(web.ask("POST", "/auth/passkey", used) for web in webs))
        for web in webs:
            await web.http.aclose()
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 7}


async def test_an_assertion_is_good_once_over_two_servers(pair: Pair) -> None:
    made = await pair.owner.post(f"/workspaces/{pair.workspace['id']}/applications", {"name": "Host"})
    hosts = [Host(node.url, made) for node in pair.nodes]
    assertion = hosts[0].sign(sub="somebody")
    answers = await asyncio.gather(*(host.ask(assertion) for host in hosts * 4))
    assert Counter(status for status, _ in answers) == {200: 1, 400: 7}


async def test_a_retry_of_who_was_removed_tells_nothing_of_what_came_later(pair: Pair) -> None:
    workspace = pair.workspace["id"]
    closed = {"name": "closed", "kind": "private"}
    room = (await pair.owner.post(f"/workspaces/{workspace}/rooms", closed))["id"]
    seat = f"/rooms/{room}/members/{pair.guest.user['id']}"
    await pair.owner.put(seat, expect=204)
    new = {"text": "mine", "cid": str(uuid4())}
    sent = await pair.guest.post(f"/rooms/{room}/messages", new)
    await pair.owner.post(f"/rooms/{room}/messages", {"text": "a reply", "thread": sent["id"]})
    assert (await pair.guest.get(f"/messages/{sent['id']}"))["reply_count"] == 1
    await pair.owner.delete(seat)
    for node in (0, 1):
        async with pair.on(pair.guest, node) as there:
            answer = await there.ask("POST", f"/rooms/{room}/messages", new)
            assert (answer.status_code, answer.json()) == (200, sent)
            other = {**new, "text": "another text"}
            assert await there.refusal("POST", f"/rooms/{room}/messages", other) == (409, "conflict")
            assert await there.refusal("GET", f"/messages/{sent['id']}") == (404, "not_found")


async def come_back(pair: Pair, begun: Visit, issuer: Issuer, node: int) -> str:
    """Bring another code of the same sign-in to a server, with the cookie that was kept; what it says."""
    async with browser(pair, node) as web:
        web.http.cookies = begun.web.http.cookies
        return said(await Visit(web, begun.provider, begun.asked).as_person(issuer, sub="ada"))


async def test_a_sign_in_ends_once_whatever_redis_forgets(pair: Pair, issuer: Issuer, valkey: Valkey) -> None:
    async with browser(pair, 0) as web:
        begun = await visit(web, "company")
        told = await asyncio.gather(*(come_back(pair, begun, issuer, number % 2) for number in range(4)))
        assert sorted(told) == ["", *["flow_lost"] * 3]
        ((installation,),) = await rows(pair.nodes[0], "SELECT name FROM incarnation")
        with redis.Redis.from_url(valkey.url) as client:
            assert client.delete(*client.scan_iter(f"{names_of(installation)}*"))
        assert [await come_back(pair, begun, issuer, node) for node in (0, 1)] == ["unavailable"] * 2


async def test_what_one_server_signs_with_a_new_key_holds_at_the_other(pair: Pair) -> None:
    """The last one here: what everybody came with ends."""
    old = pair.guest.token
    rotated = await asyncio.to_thread(pair.nodes[0].run, "keys", "rotate", "--at-once")
    assert rotated.returncode == 0, rotated.stderr
    for node in (0, 1):
        async with pair.on(pair.guest, node) as there:

            async def refused(person: Api = there) -> bool:
                return (await person.ask("GET", "/users/me")).status_code == 401

            await until(refused, patience=60)
    async with pair.on(pair.guest, 0) as there, await there.sign_in("guest") as anew:
        assert anew.token.split(".")[0] != old.split(".")[0]  # which key it was
        for node in (1, 0):
            async with pair.on(anew, node) as person:
                await person.get("/users/me")
