"""Tokens of programs, made and revoked in the settings: on a phone, in the dark, by keyboard."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import press, stale
from tests.browser.test_looks import PHONE, violations
from tests.clients import PASSWORD, Api
from tests.workspaces import Workspace


async def test_a_token_is_made_and_revoked(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, person = await workspace_sqlite.room("garden"), await workspace_sqlite.member("maker")
    await person.post(f"/rooms/{room}/join", expect=204)
    page = await enter(person, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await page.get_by_role("button", name="Rooms", exact=True).click()
    await press(page.get_by_role("button", name="Your profile"))
    section = page.get_by_role("dialog", name="You").get_by_role("region", name="Access tokens")
    await section.get_by_label("Name of the token").fill("Nightly report")
    await section.get_by_role("checkbox", name="Write").check()
    await stale(page, "/users/me/tokens")
    await press(section.get_by_role("button", name="Make a token"))
    await section.get_by_label("Your password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    shown = section.get_by_label("New token")
    await expect(shown).to_be_visible()
    assert await violations(page) == []
    async with Api(person.url, await shown.input_value()) as program:
        await program.post(f"/rooms/{room}/messages", {"text": "By a program"})
        await press(section.get_by_role("button", name="Revoke Nightly report"))
        await expect(section.get_by_role("listitem")).to_have_count(0)
        assert (await program.ask("GET", "/users/me")).status_code == 401
