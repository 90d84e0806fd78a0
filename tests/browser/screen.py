"""What a person sees and does in a room: names for the parts of the page."""

from contextlib import suppress
from typing import Any

from playwright.async_api import Error, Locator, Page, Route, expect

from tests.browser.conftest import PATIENCE
from tests.clients import Api

ATTEMPTS = 5


def composer(page: Page) -> Locator:
    """The box for a new message."""
    return page.locator("#composer")


def messages(page: Page) -> Locator:
    """The messages of the timeline, without those that are still on their way."""
    return page.get_by_role("list", name="Messages").locator("article[data-message]")


def message(page: Page, text: str) -> Locator:
    """The message with this text."""
    return messages(page).filter(has_text=text)


def sidebar_link(page: Page, name: str) -> Locator:
    """A room in the list of rooms."""
    return page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name)


async def say(page: Page, text: str) -> None:
    """Write a message and send it with Enter."""
    await composer(page).fill(text)
    await composer(page).press("Enter")


async def press(button: Locator) -> None:
    """Press a button with Enter, once it can be pressed: Playwright waits for that with the mouse only."""
    await expect(button).to_be_enabled()
    await button.press("Enter")


async def choose(page: Page, button: Locator, item: str) -> None:
    """An item of the menu of a button, by the keyboard."""
    await expect(button).to_be_in_viewport(ratio=1)
    wanted = page.get_by_role("menuitem", name=item)
    for _ in range(ATTEMPTS):
        if not await wanted.is_visible():
            await press(button)
            with suppress(AssertionError):  # it gives its first item the focus a moment after it is drawn
                await expect(page.get_by_role("menuitem").first).to_be_focused(timeout=PATIENCE / ATTEMPTS)
        with suppress(Error):  # what is still being drawn may take the focus, and the menu with it
            await wanted.press("Enter", timeout=PATIENCE / ATTEMPTS)
            return
    raise AssertionError(f"The menu did not open, or has no {item}")


async def texts(page: Page) -> list[str]:
    """What the messages of the timeline say, from top to bottom."""
    return [text.strip() for text in await messages(page).locator(".markdown").all_inner_texts()]


async def connected(page: Page) -> None:
    """Wait until the page is connected: its own dot is green."""
    await expect(page.get_by_role("button", name="Your profile").get_by_title("online")).to_be_visible()


async def tell(person: Api, room: str, *said: str, **more: Any) -> list[Any]:
    """Let somebody say things in a room, by program."""
    return [await person.post(f"/rooms/{room}/messages", {"text": text, **more}) for text in said]


async def stale(page: Page, path: str) -> None:
    """The first request to this path is answered as if the last proof were too old."""
    refused = {"status": 403, "code": "proof_required", "detail": "Show first", "title": "", "errors": []}

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, json=refused)

    await page.route(f"**/api/v1{path}", refuse, times=1)


async def shows_notifications(page: Page) -> None:
    """Whether this browser can be tested for them at all."""
    allowed = await page.evaluate("Notification.permission")
    assert allowed == "granted", "This Chromium shows no notifications: apt-get install chromium"
