"""Pins in the web client: pinned from the message, seen by everybody in a panel."""

import re

from playwright.async_api import expect

from tests.attachments import upload
from tests.browser.conftest import Enter
from tests.browser.screen import message, tell
from tests.workspaces import Workspace


async def test_what_is_pinned_is_at_hand_for_everybody(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("garden")
    ann = await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    said, _ = await tell(ann, room, "The key is under the **mat**", "Something else")
    hers, his = await enter(ann, f"/r/{room}"), await enter(workspace_sqlite.owner, f"/r/{room}")
    await his.get_by_role("button", name="Pinned messages", exact=True).click()
    panel = his.get_by_role("complementary", name="Pinned messages")
    await expect(panel).to_contain_text("Nothing is pinned here yet.")

    row = message(hers, "The key is under")
    await row.hover()
    await hers.get_by_role("toolbar").get_by_role("button", name="Pin", exact=True).click()
    await expect(row).to_contain_text("Pinned")
    await expect(panel.get_by_role("listitem")).to_contain_text("Pinned by Ann")
    await expect(panel.locator("strong", has_text="mat")).to_be_visible()
    await expect(his.get_by_role("list", name="Messages")).to_contain_text("pinned a message")
    await panel.get_by_role("button", name="Show it").click()
    await expect(his).to_have_url(re.compile(f"/r/{room}/m/{said['id']}$"))
    await panel.get_by_role("button", name="Unpin").click()
    await expect(panel).to_contain_text("Nothing is pinned here yet.")
    await expect(row).not_to_contain_text("Pinned")

    await row.focus()
    await row.press("p")
    await expect(panel.get_by_role("listitem")).to_have_count(1)
    plan = await upload(ann, room, name="plan.txt")
    carrying = await ann.post(f"/rooms/{room}/messages", {"text": "", "attachments": [plan["id"]]})
    await ann.put(f"/messages/{carrying['id']}/pin", expect=204)
    await expect(panel.get_by_role("link", name="plan.txt")).to_be_visible()
    await panel.get_by_role("button", name="Close pinned messages").click()
    await expect(panel).to_have_count(0)
