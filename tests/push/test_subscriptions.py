"""Browsers that are told while their page is closed: who subscribes, what reaches them, and when it ends."""

import asyncio
import base64
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients import Api, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.push.conftest import Place
from tests.servers.push_service import Browser, PushService, bytes_of, opened

TRIAL = {
    "title": "Talkoot",
    "body": "This browser is told when somebody writes to you.",
    "url": "/",
    "tag": "trial",
}


async def try_out(person: Api, subscription: str) -> None:
    await person.post(f"/push/subscriptions/{subscription}/test", expect=204)


async def subscriptions(person: Api) -> list[str]:
    return [found["id"] for found in (await person.get("/push/subscriptions"))["items"]]


async def none_left(person: Api) -> None:
    async with asyncio.timeout(30):
        while await subscriptions(person):  # noqa: ASYNC110 - a job does it
            await asyncio.sleep(0.05)


def test_the_browsers_of_the_tests_read_the_example_of_the_standard() -> None:
    """RFC 8291, section 5 and appendix A."""
    secret = int.from_bytes(bytes_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    body = bytes_of(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    key = ec.derive_private_key(secret, ec.SECP256R1())
    assert opened(body, key, bytes_of("BTBZMqHH6r4Tts7J_aSIgg")) == (
        b"When I grow up, I want to be a watermelon"
    )


async def test_a_browser_that_subscribed_is_told_what_nobody_on_the_way_can_read(either: Place) -> None:
    async with await either.member() as person:
        browser, made = await either.subscribed(person)
        assert (made["current"], made["text"]) == (True, True)
        assert await subscriptions(person) == [made["id"]]
        await try_out(person, made["id"])
        assert await browser.message() == TRIAL
        assert browser.headers[0]["urgency"] == "normal"
        assert (browser.sizes[0] - 86 - 16 - 1) % 512 == 0  # its length tells little
        assert either.service.subjects == {"mailto:chat@example.test"}
        # A page that comes back says so again, and nothing is another.
        again = await person.post("/push/subscriptions", {**browser.subscription, "text": False})
        assert (again["id"], again["text"]) == (made["id"], False)
        async with await either.member() as stranger:
            for method, path in (("DELETE", ""), ("POST", "/test")):
                refusal = await stranger.refusal(method, f"/push/subscriptions/{made['id']}{path}", None)
                assert refusal == (404, "not_found")
        await person.delete(f"/push/subscriptions/{made['id']}")
        assert await subscriptions(person) == []
        statement = "SELECT count(*) FROM push_subscriptions WHERE user_id = $1"
        assert await rows(either.talkoot, statement, UUID(person.user["id"])) == [(0,)]


async def test_the_key_is_made_once_however_many_ask_first(serve: Serve) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url)
    async with owner:
        keys = {found["key"] for found in await asyncio.gather(*(owner.get("/push/key") for _ in range(8)))}
        assert len(keys) == 1
        assert len(base64.urlsafe_b64decode(keys.pop() + "=")) == 65
        ((sealed,),) = await rows(talkoot, "SELECT key FROM push_keys")
        assert b'"d"' not in sealed


async def test_it_ends_with_the_session(place: Place) -> None:
    async with await place.member() as person, Api(place.talkoot.url) as nobody:
        async with await nobody.sign_in(person.user["username"]) as elsewhere:
            browser, made = await place.subscribed(elsewhere)
            assert await subscriptions(person) == [made["id"]]
            await elsewhere.post("/auth/logout", expect=204)
        assert await subscriptions(person) == []
        _, mine = await place.subscribed(person)
        assert (await person.post("/push/subscriptions", browser.subscription))["id"] != mine["id"]
        (now,) = await subscriptions(person)
        await try_out(person, now)
        assert await browser.message() == TRIAL
        assert browser.asked == 1


async def test_a_browser_belongs_to_who_signed_in_there_last(place: Place) -> None:
    async with await place.member() as first, await place.member() as second:
        browser, _ = await place.subscribed(first)
        made = await second.post("/push/subscriptions", browser.subscription)
        assert (await subscriptions(first), await subscriptions(second)) == ([], [made["id"]])


async def test_what_a_push_service_forgot_is_forgotten(place: Place) -> None:
    for status in (404, 410):
        async with await place.member() as person:
            browser, made = await place.subscribed(person)
            browser.answers = [(status, {})]
            await try_out(person, made["id"])
            await none_left(person)
            assert browser.told == []


async def test_a_push_service_that_is_busy_is_asked_again_when_it_said(place: Place) -> None:
    async with await place.member() as person, await place.member() as other:
        browser, made = await place.subscribed(person)
        _, others = await place.subscribed(other)
        browser.answers = [(429, {"retry-after": "1"}), (503, {})]
        await try_out(person, made["id"])
        for asked in (1, 2):
            await browser.was_asked(asked)
            await due_now(place)
            await try_out(other, others["id"])  # which wakes whoever does the jobs
        assert await browser.message() == TRIAL
        assert browser.asked == 3


async def due_now(place: Place) -> None:
    """What waits for another attempt may have it now."""
    waits = "SELECT count(*) FROM jobs WHERE kind = 'push.deliver' AND state = 'ready' AND attempts > 0"
    async with asyncio.timeout(30):
        while (await rows(place.talkoot, waits))[0][0] == 0:  # noqa: ASYNC110 - a job does it
            await asyncio.sleep(0.02)
    await rows(place.talkoot, "UPDATE jobs SET due_at = 0 WHERE kind = 'push.deliver' AND state = 'ready'")


async def test_row_38_no_browser_leads_into_a_private_network(serve: Serve) -> None:
    talkoot = serve("sqlite")
    service = PushService()
    owner, _ = await set_up(talkoot.url)
    async with owner:
        plain = service.browser()
        assert await owner.refusal("POST", "/push/subscriptions", plain.subscription) == (422, "invalid")
        for host in ("127.0.0.1", "127.1", "2130706433", "10.0.0.1", "169.254.169.254", "[::1]"):
            wrong = {**plain.subscription, "endpoint": f"https://{host}/1"}
            assert await owner.refusal("POST", "/push/subscriptions", wrong) == (422, "invalid"), host
        # A name is looked up when something is sent.
        inside = Browser(plain.endpoint.replace("http://127.0.0.1", "https://localhost"))
        made = await owner.post("/push/subscriptions", inside.subscription)
        await try_out(owner, made["id"])
        said = "SELECT last_error FROM jobs WHERE kind = 'push.deliver' AND last_error IS NOT NULL"
        async with asyncio.timeout(30):
            while not (found := await rows(talkoot, said)):  # noqa: ASYNC110 - a job does it
                await asyncio.sleep(0.05)
        assert "is in a private network" in found[0][0]
    service.close()
    assert plain.asked == 0


async def test_what_is_no_subscription_is_refused(place: Place) -> None:
    async with await place.member() as person:
        right = place.service.browser().subscription
        keys = right["keys"]
        for wrong in (
            {**right, "endpoint": "ftp://push.example.test/1"},
            {**right, "endpoint": "https://name:secret@push.example.test/1"},
            {**right, "keys": {**keys, "p256dh": "BAAA"}},
            {**right, "keys": {**keys, "p256dh": "B" + "A" * 86}},
            {**right, "keys": {**keys, "auth": keys["auth"][:10]}},
            {**right, "keys": {**keys, "auth": "A"}},
        ):
            assert await person.refusal("POST", "/push/subscriptions", wrong) == (422, "invalid")
        assert await subscriptions(person) == []


async def test_where_it_is_off_nobody_subscribes(serve: Serve) -> None:
    talkoot = serve("sqlite", web_push="off")
    owner, _ = await set_up(talkoot.url)
    async with owner:
        assert await owner.refusal("GET", "/push/key") == (409, "push_off")
