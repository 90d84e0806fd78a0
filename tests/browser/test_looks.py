"""How the client looks and whom it serves: phone, dark, keyboard, screen reader."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter, Open
from tests.browser.screen import composer, connected, message, messages, say, sidebar_link, tell
from tests.clients import Api
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

AXE = Path(__file__).parents[2] / "clients/web/node_modules/axe-core/axe.min.js"
CHECK = """() => axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(found =>
    found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary)]))"""
PHONE = {"width": 360, "height": 740}
DARK, LIGHT = re.compile(r"rgb\(([1-5]?\d|6[0-3]),"), re.compile(r"rgb\((19[2-9]|2\d\d),")


async def violations(page: Page) -> Any:
    """What axe finds on the page as it stands."""
    # Evaluated by the debugger: the policy of the page lets no other script in.
    await page.evaluate(AXE.read_text())
    await page.evaluate("() => Promise.allSettled(document.getAnimations().map(a => a.finished))")
    return await page.evaluate(CHECK)


async def inhabited(workspace: Workspace) -> tuple[Api, str]:
    """Somebody in a room with things to see."""
    room = await workspace.room("garden", topic="Seeds and soil")
    person, other = await workspace.member("ann"), await workspace.member("bob")
    for each in (person, other):
        await each.post(f"/rooms/{room}/join", expect=204)
    await tell(person, room, "Hello **all**, see https://example.org", "```\n" + "wide " * 60 + "\n```")
    [root] = await tell(other, room, "> quoted\n\n- one\n- two\n\n| a | b |\n| - | - |\n| c | d |")
    await tell(person, room, "a reply", thread=root["id"])
    return person, room


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_view_is_accessible(enter: Enter, workspace_sqlite: Workspace, scheme: str) -> None:
    person, room = await inhabited(workspace_sqlite)
    page = await enter(person, f"/r/{room}", color_scheme=scheme)
    await expect(messages(page)).to_have_count(3)
    assert await violations(page) == []
    await page.get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("complementary", name="Thread").get_by_role("article")).to_have_count(2)
    await messages(page).last.hover()
    assert await violations(page) == []
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="People", exact=True).click()
    await expect(page.get_by_role("list", name="Members").get_by_role("listitem")).to_have_count(3)
    assert await violations(page) == []
    for opener in ("Create a room", "Browse rooms", "Your profile", "New direct message", "Find a room"):
        await page.get_by_role("button", name=opener).first.click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await violations(page) == [], opener
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_doors_are_accessible(
    open_page: Open, talkoot_sqlite: Talkoot, workspace_sqlite: Workspace
) -> None:
    setup = await open_page(talkoot_sqlite.url)
    await expect(setup.get_by_role("heading", name="Set up Talkoot")).to_be_visible()
    assert await violations(setup) == []
    sign_in = await open_page(workspace_sqlite.owner.url, color_scheme="dark")
    await expect(sign_in.get_by_role("button", name="Sign in")).to_be_visible()
    assert await violations(sign_in) == []


async def test_a_phone_shows_one_thing_at_a_time(enter: Enter, workspace_sqlite: Workspace) -> None:
    person, room = await inhabited(workspace_sqlite)
    page = await enter(person, f"/r/{room}", viewport=PHONE, is_mobile=True, has_touch=True)
    await expect(messages(page)).to_have_count(3)
    assert await page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    await expect(sidebar_link(page, "garden")).not_to_be_visible()
    await page.get_by_role("button", name="Rooms", exact=True).tap()
    await expect(sidebar_link(page, "garden")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(sidebar_link(page, "garden")).not_to_be_visible()
    await composer(page).fill("from a phone")
    await page.get_by_role("button", name="Send", exact=True).tap()
    await expect(message(page, "from a phone")).to_be_in_viewport()


async def test_dark_follows_the_system_and_the_switch(enter: Enter, workspace_sqlite: Workspace) -> None:
    person, room = await inhabited(workspace_sqlite)
    page = await enter(person, f"/r/{room}", color_scheme="dark")
    paper = page.locator("body")
    await expect(paper).to_have_css("background-color", DARK)
    await page.get_by_role("button", name="Workspace").click()
    await page.get_by_role("menuitem", name="Light theme").click()
    await expect(paper).to_have_css("background-color", LIGHT)
    await page.reload()
    await composer(page).wait_for()
    await expect(paper).to_have_css("background-color", LIGHT)


async def test_rooms_are_found_with_the_keyboard(enter: Enter, workspace_sqlite: Workspace) -> None:
    person, _ = await inhabited(workspace_sqlite)
    elsewhere = await workspace_sqlite.room("elsewhere")
    await person.post(f"/rooms/{elsewhere}/join", expect=204)
    page = await enter(person, f"/r/{elsewhere}")
    await connected(page)
    keyboard = page.keyboard
    await keyboard.press("Control+k")
    await keyboard.type("gard")
    await expect(page.get_by_role("option").first).to_contain_text("garden")
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name="garden")).to_be_visible()
    await expect(composer(page)).to_be_focused()
    await keyboard.type("by hand")
    await keyboard.press("Enter")
    await expect(message(page, "by hand")).to_be_visible()


async def test_messages_are_changed_with_the_keyboard(enter: Enter, workspace_sqlite: Workspace) -> None:
    person, room = await inhabited(workspace_sqlite)
    page = await enter(person, f"/r/{room}")
    keyboard = page.keyboard
    await say(page, "by hand")
    await expect(message(page, "by hand")).to_be_visible()
    # Back from the box, past the buttons for polls and files, to the messages, and along them.
    for _ in range(3):
        await keyboard.press("Shift+Tab")
    await expect(message(page, "by hand")).to_be_focused()
    await keyboard.press("e")
    await page.get_by_label("Edit the message").fill("changed by hand")
    await keyboard.press("Enter")
    await expect(message(page, "changed by hand")).to_contain_text("(edited)")
    await expect(composer(page)).to_be_focused()
    for _ in range(3):
        await keyboard.press("Shift+Tab")
    await keyboard.press("ArrowUp")
    await expect(message(page, "quoted")).to_be_focused()
    await keyboard.press("End")
    await keyboard.press("Delete")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await keyboard.press("Enter")
    await expect(messages(page).last).to_contain_text("This message was deleted.")
    await expect(messages(page).last).to_be_focused()
    await keyboard.press("ArrowUp")
    await keyboard.press("r")
    await expect(page.get_by_label("Reply in thread").last).to_be_focused()
    await keyboard.press("Escape")
    await expect(composer(page)).to_be_focused()


async def test_an_input_method_keeps_its_enter_key(enter: Enter, workspace_sqlite: Workspace) -> None:
    person, room = await inhabited(workspace_sqlite)
    page = await enter(person, f"/r/{room}")
    await composer(page).fill("にほん")
    await composer(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await expect(composer(page)).to_have_value("にほん")
    await composer(page).press("Shift+Enter")
    await expect(composer(page)).to_have_value("にほん\n")
    await say(page, "日本")
    await expect(message(page, "日本")).to_be_visible()


async def test_the_pages_of_the_api_open_under_the_policy(
    open_page: Open, workspace_sqlite: Workspace
) -> None:
    page = await open_page(f"{workspace_sqlite.owner.url}/api/docs/")
    await expect(page.get_by_role("heading", name="Talkoot")).to_be_visible()
    await page.get_by_role("button", name="GET /api/v1/setup").first.click()
    await expect(page.get_by_text("Responses").first).to_be_visible()
