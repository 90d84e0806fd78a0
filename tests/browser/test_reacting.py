"""Reactions in the web client: with the pointer, with keys alone, and on a phone."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, tell
from tests.clients import Api
from tests.workspaces import Workspace

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
ROCKET, THUMB, PARTY = "\U0001f680", "\U0001f44d", "\U0001f389"


async def two_in_a_room(workspace: Workspace) -> tuple[Api, Api, str]:
    room = await workspace.room("garden")
    ann, bob = await workspace.member("ann"), await workspace.member("bob")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    await tell(ann, room, "The roof is done")
    return ann, bob, room


async def inside(page: Page, width: int) -> bool:
    """Whether the picker is all on the screen."""
    box = await page.get_by_role("dialog", name="Pick an emoji").bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


async def test_people_react_and_take_it_back(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}", **PHONE)
    row, on_phone = message(hers, "The roof"), message(his, "The roof")
    await row.hover()
    await hers.get_by_role("toolbar").get_by_role("button", name="Add a reaction").click()
    picker = hers.get_by_role("dialog", name="Pick an emoji")
    await picker.get_by_role("searchbox").fill("rock")
    await picker.get_by_role("button", name="rocket", exact=True).click()
    await expect(picker).to_have_count(0)
    own = row.get_by_role("button", name=ROCKET)
    await expect(own).to_have_accessible_name(f"{ROCKET} 1, by you")
    await expect(own).to_have_attribute("aria-pressed", "true")

    chip = on_phone.get_by_role("button", name=ROCKET)
    await expect(chip).to_have_attribute("aria-pressed", "false")
    await chip.tap()
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await expect(own).to_contain_text("2")
    await on_phone.get_by_role("group", name="Reactions").get_by_role("button", name="Add").tap()
    thumb = his.get_by_role("dialog", name="Pick an emoji").get_by_role("button", name="thumbs up").first
    await expect(thumb).to_be_visible()
    assert await inside(his, 360)
    await thumb.tap()
    await expect(row.get_by_role("button", name=THUMB)).to_contain_text("1")
    await own.click()
    await expect(chip).to_have_accessible_name(f"{ROCKET} 1, by you")
    await chip.tap()
    await expect(own).to_have_count(0)


async def test_reacting_needs_no_pointer(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, _, room = await two_in_a_room(workspace_sqlite)
    page = await enter(ann, f"/r/{room}")
    row, picker = message(page, "The roof"), page.get_by_role("dialog", name="Pick an emoji")
    search, party = picker.get_by_role("searchbox"), picker.get_by_role("button", name="party popper")
    await row.focus()
    await row.press("a")
    await expect(search).to_be_focused()
    await search.fill("party pop")
    await expect(party).to_have_count(1)
    await search.press("Enter")
    await expect(row.get_by_role("button", name=PARTY)).to_have_accessible_name(f"{PARTY} 1, by you")
    await expect(row).to_be_focused()
    await row.press("a")
    await expect(party.first).to_be_visible()
    await search.press("ArrowDown")
    await expect(party.first).to_be_focused()  # what was picked last comes first
    await party.first.press("ArrowRight")
    await expect(party.first).not_to_be_focused()
    await page.keyboard.press("Escape")
    await expect(picker).to_have_count(0)
    await expect(row).to_be_focused()
