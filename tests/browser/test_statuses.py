"""What people show beside their names, in the web client: statuses, and paused notifications."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import connected, message, press, say, sidebar_link, tell
from tests.browser.test_looks import violations
from tests.workspaces import Workspace


async def choose_status(page: Page) -> None:
    await press(page.get_by_role("complementary", name="Workspace").get_by_role("button").first)
    await press(page.get_by_role("menuitem", name="Your status"))


async def headphones(page: Page, dialog: Locator) -> None:
    """Choose another emoji for the status, by keyboard."""
    await press(dialog.get_by_role("button", name="Emoji: 🗓️"))
    seek = page.get_by_role("dialog", name="Pick an emoji").get_by_label("Search emoji")
    await seek.fill("headphone")
    await expect(page.get_by_role("heading", name="Found")).to_be_visible()
    await seek.press("Enter")
    await expect(dialog.get_by_role("button", name="Emoji: 🎧")).to_be_visible()


async def pause_and_resume(dialog: Locator, seen: Locator) -> None:
    """Pause notifications, and end that; others see it."""
    pauses = dialog.get_by_role("group", name="Pause notifications")
    await press(pauses.get_by_role("button", name="Until tomorrow at 9"))
    await expect(dialog).to_contain_text("Paused until")
    await expect(seen).to_be_visible()
    await press(dialog.get_by_role("button", name="Notify me again"))
    await expect(seen).to_have_count(0)


async def take_away(page: Page, who: str) -> None:
    """What a moderator does."""
    await message(page, "Hello from me").get_by_role("button", name=who).click()
    card = page.get_by_role("dialog", name="Profile of")
    await expect(card).to_contain_text("Writing, until")
    await card.get_by_role("button", name="Take their status away").click()
    await expect(card.get_by_text("Writing")).to_have_count(0)


async def test_a_status_is_chosen_seen_by_others_and_taken_away(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner, ann = workspace_sqlite.owner, await workspace_sqlite.member("ann")
    room = await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    await owner.post(f"/workspaces/{workspace_sqlite.id}/direct", {"users": [ann.user["id"]]})
    await tell(ann, room, "Hello from me")
    his, hers = await enter(owner, f"/r/{room}"), await enter(ann, f"/r/{room}")
    for page in (his, hers):
        await connected(page)
        await expect(message(page, "Hello from me")).to_be_visible()

    # By keyboard alone.
    await choose_status(hers)
    dialog = hers.get_by_role("dialog", name="Your status")
    await press(dialog.get_by_role("button", name="In a meeting"))
    await headphones(hers, dialog)
    field = dialog.get_by_label("What are you up to?")
    await field.fill("Writing")
    await field.press("Enter")
    await expect(dialog).to_have_count(0)

    status = message(his, "Hello from me").locator(".status")
    await expect(status).to_contain_text("🎧")
    await expect(status).to_have_attribute("title", re.compile("^Writing, until "))
    link = sidebar_link(his, ann.user["display_name"])
    await expect(link.locator(".status")).to_contain_text("🎧")

    await choose_status(hers)
    await pause_and_resume(dialog, link.get_by_title(re.compile("^Not to be disturbed until ")))
    await hers.keyboard.press("Escape")
    await take_away(his, ann.user["display_name"])
    await expect(status).to_have_count(0)
    await choose_status(hers)
    await expect(dialog.get_by_role("button", name="Clear status")).to_have_count(0)


async def right_of(part: Locator) -> float:
    """Where it ends."""
    box = await part.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


async def test_under_ones_last_message_stands_who_has_read_it(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner, ann = workspace_sqlite.owner, await workspace_sqlite.member("ann")
    room = await workspace_sqlite.room("shed")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(owner, f"/r/{room}")
    await connected(page)
    await say(page, "Has anybody seen this?")
    await expect(message(page, "Has anybody seen this?")).to_be_visible()
    seen = page.get_by_text(f"Seen by {ann.user['display_name']}")
    await expect(seen).to_have_count(0)
    head = (await ann.get(f"/rooms/{room}"))["head"]
    await ann.put(f"/rooms/{room}/read", {"seq": head})
    await expect(seen).to_have_count(1)
    # The names are there for who has no pointer that hovers.
    names = page.get_by_role("list", name="Who has seen it")
    button = page.get_by_role("button", name=f"Seen by {ann.user['display_name']}")
    # The browser tells that it is open after it may have been painted: that is too late to place it.
    await page.evaluate("addEventListener('toggle', event => event.stopImmediatePropagation(), true)")
    await press(button)
    await expect(names.get_by_role("listitem")).to_have_text([re.compile(ann.user["display_name"])])
    assert abs(await right_of(names) - await right_of(button)) < 2
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(names).to_have_count(0)
