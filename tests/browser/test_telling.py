"""A browser that is told while its page is closed: its worker shows what comes, and a click leads there."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession, Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import press, shows_notifications
from tests.clients import Api, join, set_up
from tests.conftest import make_talkoot
from tests.servers.push_service import Browser, Json, PushService

# A Chromium of the tests reaches no push service of its maker: it is told of the one here.
SUBSCRIBES = """({endpoint, keys}) => {
  let there = null;
  const made = {toJSON: () => ({endpoint, keys}), unsubscribe: async () => { there = null; return true; }};
  PushManager.prototype.subscribe = async () => { there = made; return made; };
  PushManager.prototype.getSubscription = async () => there;
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({title, body, tag, data}) => ({title, body, tag, url: data}))"""
CLEAR = """async () => {
  for (const one of await self.registration.getNotifications()) one.close();
}"""
SHOW = "({title, body, tag, url}) => self.registration.showNotification(title, {body, tag, data: url})"
CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent('notificationclick', {notification}));
}"""


@pytest.fixture(scope="module")
def service() -> PushService:
    return PushService()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(
    service: PushService, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    talkoot = make_talkoot(
        "sqlite", tmp_path_factory.mktemp("telling") / "data", request, member_networks="127.0.0.0/8"
    )
    owner, _ = await set_up(talkoot.start().url)
    async with owner:
        yield owner
    talkoot.stop()
    service.close()
    assert service.wrong == []


async def subscribe(page: Page, browser: Browser) -> None:
    await page.evaluate(SUBSCRIBES, browser.subscription)
    await page.get_by_role("button", name="Your profile").click()
    await page.get_by_role("button", name="Choose what I am told of").click()
    await page.get_by_role("button", name="Tell this browser").click()
    await expect(page.get_by_role("button", name="Try it out")).to_be_visible()


async def registration(page: Page) -> tuple[CDPSession, str]:
    """The worker of the page, as the debugger calls it."""
    session = await page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(each["registrationId"] for each in said["registrations"]),
    )
    await session.send("ServiceWorker.enable")
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    assert found
    return session, found[0]


async def shown(page: Page) -> list[Json]:
    """What the browser shows, once it shows anything."""
    async with asyncio.timeout(30):
        while not (found := await page.evaluate(SHOWN)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return list(found)


async def deliver(page: Page, said: Json) -> None:
    """As the push service of a browser hands over what it has decrypted."""
    session, number = await registration(page)
    what = {"origin": page.url.partition("/r/")[0], "registrationId": number, "data": json.dumps(said)}
    await session.send("ServiceWorker.deliverPushMessage", what)


@pytest.mark.usefixtures("whole_browser")
async def test_a_browser_is_told_and_a_click_leads_there(
    owner: Api, service: PushService, enter: Enter
) -> None:
    workspace = (await owner.get("/workspaces"))["items"][0]["id"]
    rooms = (await owner.get(f"/workspaces/{workspace}/rooms"))["items"]
    other = next(room["id"] for room in rooms if room["name"] == "random")
    async with await join(owner, workspace, "told") as person:
        await person.post(f"/rooms/{other}/join", expect=204)
        service.key = (await person.get("/push/key"))["key"]
        browser = service.browser()
        page = await enter(person, permissions=["notifications"])
        await shows_notifications(page)
        await subscribe(page, browser)
        await press(page.get_by_role("button", name="Try it out"))
        trial = await browser.message()
        await deliver(page, trial)
        assert await shown(page) == [trial]
        said = {**trial, "url": f"/r/{other}", "tag": "other"}
        worker = page.context.service_workers[0]
        await worker.evaluate(CLEAR)
        await worker.evaluate(SHOW, said)
        assert await shown(page) == [said]
        await worker.evaluate(CLICK)
        await expect(page).to_have_url(f"{person.url}/r/{other}")
        assert await page.evaluate(SHOWN) == []
        await page.get_by_role("checkbox", name="Say who wrote what").uncheck()
        async with asyncio.timeout(30):
            while (await person.get("/push/subscriptions"))["items"][0]["text"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await press(page.get_by_role("button", name="Stop telling"))
        await expect(page.get_by_role("button", name="Tell this browser")).to_be_enabled()
        assert (await person.get("/push/subscriptions"))["items"] == []
