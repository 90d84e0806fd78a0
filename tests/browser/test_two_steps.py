"""Two steps in a real browser: an app on the phone, and the browser's own virtual security key."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.accounts.phones import Phone
from tests.browser.conftest import Enter, Open
from tests.browser.screen import stale
from tests.browser.test_looks import PHONE, violations
from tests.clients import PASSWORD, Api
from tests.conftest import Serve
from tests.workspaces import Workspace

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest_asyncio.fixture
async def ada(workspace_sqlite: Workspace) -> AsyncIterator[Api]:
    """Somebody at the local name: a browser has no passkeys at an address of numbers."""
    person = await workspace_sqlite.member("ada")
    person.url = person.url.replace("127.0.0.1", "localhost")
    yield person


async def virtual_key(page: Page) -> CDPSession:
    """Put a security key into this window, with a finger on it."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return devtools


async def open_settings(page: Page) -> Locator:
    """The section of the profile."""
    await page.get_by_role("button", name="Your profile").click()
    return page.get_by_role("region", name="Two-step sign-in")


async def password(page: Page, person: Api) -> None:
    """Take the first step with the keyboard alone."""
    await page.get_by_label("Username or email").fill(person.user["username"])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def in_the_chat(page: Page) -> None:
    await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("button", name="Your profile")).to_be_visible()


async def leave(page: Page) -> None:
    """Sign out, and stand at the door."""
    await page.context.clear_cookies()
    await page.goto(page.url)
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_an_app_is_set_up_and_asked_for(enter: Enter, ada: Api) -> None:
    page = await enter(ada)
    section = await open_settings(page)
    phone = await set_up_app(page, section)
    codes = section.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    paper = await codes.all_inner_texts()
    assert await violations(page) == []
    await section.get_by_role("button", name="I have kept them").click()
    await expect(section.get_by_text("10 left")).to_be_visible()

    await leave(page)
    await password(page, ada)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.reload()  # and nothing is lost by that
    await page.get_by_label("Code").fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The code is wrong, or was used before")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Code").fill(phone.code())
    await page.keyboard.press("Enter")
    await in_the_chat(page)

    await leave(page)
    await password(page, ada)
    await page.get_by_label("Code").fill(paper[0])
    await page.keyboard.press("Enter")
    await in_the_chat(page)


async def set_up_app(page: Page, section: Locator) -> Phone:
    """Scan, type what the app shows, first a wrong code and then the right one."""
    await section.get_by_role("button", name="Set up the authenticator app").click()
    await expect(section.get_by_role("img", name="QR code")).to_be_visible()
    phone = Phone((await section.locator("code").inner_text()).replace(" ", ""))
    await section.get_by_label("Code that the app shows now").fill("000000")
    await page.keyboard.press("Enter")
    await expect(section.get_by_text("This is not the code that the app shows now")).to_be_visible()
    assert await violations(page) == []
    await section.get_by_label("Code that the app shows now").fill(phone.code())
    await page.keyboard.press("Enter")
    return phone


async def test_a_passkey_is_added_signs_in_alone_and_is_the_second_step(enter: Enter, ada: Api) -> None:
    page = await enter(ada)
    devtools = await virtual_key(page)
    section = await open_settings(page)
    await section.get_by_role("button", name="Add a passkey").click()
    await section.get_by_label("Name of the passkey").fill("My laptop")
    await page.keyboard.press("Enter")
    await section.get_by_role("button", name="I have kept them").click()
    await section.get_by_role("button", name="Rename My laptop").click()
    await section.get_by_label("Name of the passkey").fill("Old laptop")
    await page.keyboard.press("Enter")
    await expect(section.get_by_role("button", name="Rename Old laptop")).to_be_visible()

    await leave(page)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await in_the_chat(page)
    await leave(page)
    await password(page, ada)
    await page.get_by_role("button", name="Use a passkey").click()
    await in_the_chat(page)

    section = await open_settings(page)
    await expect(section.get_by_text("last used")).to_be_visible()
    await section.get_by_role("button", name="Remove Old laptop").click()
    await expect(section.get_by_text("a stolen password is not enough")).to_be_visible()
    await leave(page)
    # The device has its key still; the server knows it no longer.
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("This passkey does not hold here")).to_be_visible()
    await devtools.send("WebAuthn.disable")


async def test_who_must_have_a_second_step_sets_it_up_at_the_door(serve: Serve, open_page: Open) -> None:
    talkoot = serve("sqlite", second_factor="everybody")
    async with Api(talkoot.url) as nobody:
        form = {"workspace": "First", "username": "owner", "display_name": "Owner", "password": PASSWORD}
        await nobody.post("/setup", form)
    owner = Api(talkoot.url, user={"username": "owner"})
    page = await open_page(talkoot.url, color_scheme="dark", viewport=PHONE)
    await password(page, owner)
    await expect(page.get_by_role("heading", name="A second step is needed")).to_be_visible()
    on = page.get_by_role("button", name="Go to the chat")
    await expect(on).to_be_disabled()
    assert await violations(page) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    section = page.get_by_role("region", name="Two-step sign-in")
    await set_up_app(page, section)
    await section.get_by_role("button", name="I have kept them").click()
    await on.click()
    await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    await owner.close()


async def test_a_change_long_after_the_sign_in_asks_who_sits_there(enter: Enter, ada: Api) -> None:
    page = await enter(ada)
    await stale(page, "/users/me/second-factor/app")
    section = await open_settings(page)
    await section.get_by_role("button", name="Set up the authenticator app").click()
    await section.get_by_label("Your password").fill("not the right one")
    await page.keyboard.press("Enter")
    await expect(section.get_by_text("The password is wrong")).to_be_visible()
    await section.get_by_label("Your password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(section.get_by_role("img", name="QR code")).to_be_visible()
