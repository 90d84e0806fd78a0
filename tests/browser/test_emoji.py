"""Emoji of a workspace in the web client: added, proposed while one writes, shown, and removed."""

from playwright.async_api import Locator, Page, expect

from tests.attachments import picture
from tests.browser.conftest import Enter
from tests.browser.screen import composer, message
from tests.workspaces import Workspace


async def open_emoji(page: Page) -> None:
    await page.locator("button.workspace").click()
    await page.get_by_role("menuitem", name="Emoji").press("Enter")


async def fits_a_phone(page: Page, dialog: Locator) -> None:
    """Nothing of it is cut off there."""
    desk = page.viewport_size
    assert desk is not None
    await page.set_viewport_size({"width": 360, "height": 740})
    await expect(dialog.get_by_role("button", name="Add")).to_be_visible()
    assert await dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
    await page.set_viewport_size(desk)


async def test_an_emoji_is_added_written_and_removed(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("garden")
    ann = await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    await open_emoji(page)
    dialog = page.get_by_role("dialog", name="Emoji of")
    await fits_a_phone(page, dialog)
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("party")
    await dialog.get_by_label("Picture").set_input_files(
        {"name": "party.png", "mimeType": "image/png", "buffer": picture("PNG")}
    )
    await dialog.get_by_role("button", name="Add").click()
    await expect(dialog.get_by_role("img", name=":party:")).to_be_visible()
    await page.keyboard.press("Escape")
    box = composer(page)
    await box.press_sequentially("Hurray :par")
    names = page.get_by_role("listbox", name="Emoji")
    await expect(names.get_by_role("option")).to_have_text([":party:"])
    await box.press("Enter")
    await expect(box).to_have_value("Hurray :party: ")
    await box.press("Enter")
    row = message(page, "Hurray")
    shown = row.locator(".markdown img")
    await expect(shown).to_have_attribute("alt", ":party:")
    await expect(shown).to_have_js_property("complete", value=True)
    await open_emoji(page)
    await dialog.get_by_role("button", name="Remove :party:").click()
    await dialog.get_by_role("button", name="Yes, remove :party:").click()
    await expect(dialog.get_by_text("There are none yet.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(row.locator(".markdown")).to_have_text("Hurray :party:")
