"""Fixtures: people at the web client, each in a browser window of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.clients import PASSWORD, Api

PATIENCE = 30_000  # a busy machine is no defect
expect.set_options(timeout=PATIENCE)

Open = Callable[..., Awaitable[Page]]
Enter = Callable[..., Awaitable[Page]]

# A request that fails is shown to the person; what the browser itself refuses or chokes on is a defect.
REFUSED = ("Content Security Policy", "Trusted", "violates", "Refused to")


@pytest.fixture
def fitting_browser(request: pytest.FixtureRequest, browser: Browser) -> Browser:
    """The whole of Chromium for a test that uses it, else its shell."""
    if "whole_browser" not in request.fixturenames:
        return browser
    whole: Browser = request.getfixturevalue("whole_browser")  # it is of the session, and so there already
    return whole


@pytest_asyncio.fixture
async def open_page(fitting_browser: Browser) -> AsyncIterator[Open]:
    """Opens an address in a new window, where `person` is signed in if there is one.

    Fails the test if a page breaks a policy or throws.
    """
    windows: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if any(word in message.text for word in REFUSED):
            complaints.append(message.text)

    async def open_page(url: str, *, person: Api | None = None, **options: Any) -> Page:
        # What moves is not yet where it is clicked.
        still = {"reduced_motion": "reduce", **options}
        window = await fitting_browser.new_context(locale="en-GB", timezone_id="Europe/Helsinki", **still)
        windows.append(window)
        window.set_default_timeout(PATIENCE)
        if person is not None:
            await _sign_in(window, person)
        page = await window.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        return page

    yield open_page
    for window in windows:
        await window.close()
    assert not complaints


@pytest_asyncio.fixture
async def enter(open_page: Open) -> Enter:
    """Opens the chat in a window of a person's own and waits for it; `path` is where to."""

    async def enter(person: Api, path: str = "/", **options: Any) -> Page:
        page = await open_page(person.url + path, person=person, **options)
        await page.get_by_role("main").get_by_role("heading", level=1).wait_for()
        return page

    return enter


async def _sign_in(window: BrowserContext, person: Api) -> None:
    """As the form does it, without the page around it; that one has tests of its own."""
    answer = await window.request.post(
        f"{person.url}/api/v1/auth/login", data={"username": person.user["username"], "password": PASSWORD}
    )
    assert answer.status == 200, await answer.text()
