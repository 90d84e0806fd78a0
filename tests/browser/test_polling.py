"""Polls in the web client: asked in a dialog, voted for with keys and on a phone, counted live."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, press
from tests.workspaces import Workspace

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "color_scheme": "dark"}


async def ask(page: Page) -> None:
    """Ask with keys alone: two options that differ, after two that did not."""
    await press(page.get_by_role("button", name="Make a poll"))
    dialog = page.get_by_role("dialog", name="Make a poll")
    await dialog.get_by_label("Question").fill("What to cook?")
    await dialog.get_by_label("Option 1").fill("Soup")
    await dialog.get_by_label("Option 2").fill("soup")
    await press(dialog.get_by_role("button", name="Ask"))
    await expect(dialog.get_by_role("alert")).to_contain_text("two options are the same")
    await dialog.get_by_label("Option 2").fill("Noodles")
    await press(dialog.get_by_role("button", name="Add an option"))
    await expect(dialog.get_by_label("Option 3")).to_be_focused()
    await press(dialog.get_by_role("button", name="Ask"))
    await expect(dialog).to_have_count(0)


async def test_people_ask_and_vote(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("kitchen")
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}", **PHONE)
    await ask(hers)
    poll, on_phone = (
        message(page, "What to cook?").get_by_role("group", name="Poll: What to cook?")
        for page in (hers, his)
    )
    soup, noodles = poll.get_by_role("button", name="Soup"), on_phone.get_by_role("button", name="Noodles")
    await noodles.tap()
    await expect(noodles).to_have_attribute("aria-pressed", "true")
    seen = poll.get_by_role("button", name="Noodles")
    await expect(seen).to_have_accessible_name("Noodles, one vote, 100 %")
    await press(soup)
    await expect(on_phone.get_by_role("button", name="Soup")).to_have_accessible_name("Soup, one vote, 50 %")
    await expect(noodles).to_have_attribute("aria-pressed", "true")
    await press(poll.get_by_role("button", name="Who voted"))
    who = hers.get_by_role("dialog", name="Who voted")
    for person in (ann, bob):
        await expect(who).to_contain_text(person.user["display_name"])
    await hers.keyboard.press("Escape")
    await expect(soup).to_have_attribute("aria-pressed", "true")
    await press(soup)
    await expect(on_phone).to_contain_text("One person voted")
    await press(poll.get_by_role("button", name="Close the poll"))
    await expect(on_phone).to_contain_text("closed")
    await expect(noodles).to_be_disabled()
