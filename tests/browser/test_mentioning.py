"""Mentions in the web client: proposed while one writes, marked, and shown beside the room."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, message, sidebar_link
from tests.workspaces import Workspace


async def test_a_name_is_proposed_marked_and_counted(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, elsewhere = await workspace_sqlite.room("garden"), await workspace_sqlite.room("cellar")
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    for person in (ann, bob):
        for each in (room, elsewhere):
            await person.post(f"/rooms/{each}/join", expect=204)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{elsewhere}")
    box, names = composer(hers), hers.get_by_role("listbox", name="People to mention")
    await box.press_sequentially("Look @bo")
    bobs = names.get_by_role("option").filter(has_text=f"@{bob.user['username']}")
    await expect(bobs).to_have_attribute("aria-selected", "true")
    await box.press("Enter")
    await expect(box).to_have_value(f"Look @{bob.user['username']} ")
    await expect(names).to_be_hidden()
    await box.press_sequentially("now, @")
    await expect(names).to_be_visible()
    await box.press("Escape")
    await expect(names).to_be_hidden()
    await box.press("Backspace")
    await box.press("Enter")
    mark = message(hers, "Look").locator(".mention")
    await expect(mark).to_have_text(f"@{bob.user['username']}")

    link = sidebar_link(his, "garden")
    await expect(link).to_contain_text("you are mentioned")
    await link.click()
    await expect(message(his, "Look").locator(".mention.mine")).to_have_text(f"@{bob.user['username']}")
    await expect(link).not_to_contain_text("you are mentioned")
