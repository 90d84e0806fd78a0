"""A message waits for a moderator: its author sees that, nobody else sees it, and then everybody does."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, messages, say
from tests.workspaces import Workspace


async def test_a_held_message_waits_and_is_approved_with_another_text(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room = await workspace_sqlite.room("garden")
    ann, moderator = await workspace_sqlite.member("ann"), await workspace_sqlite.member("mo")
    for person in (ann, moderator):
        await person.post(f"/rooms/{room}/join", expect=204)
    path = f"/workspaces/{workspace_sqlite.id}/members/{moderator.user['id']}"
    await workspace_sqlite.owner.put(path, {"role": "moderator"}, expect=204)
    hers, theirs = await enter(ann, f"/r/{room}"), await enter(moderator, f"/r/{room}")
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Rules").click()
    await theirs.get_by_label("A moderator sees every message first").check()
    await theirs.get_by_role("button", name="Save").click()
    await expect(theirs.get_by_role("dialog")).to_have_count(0)

    await say(hers, "Buy my ladder")
    await expect(hers.get_by_text("Waiting for a moderator")).to_be_visible()
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Messages to review").click()
    await expect(messages(theirs)).to_have_count(0)
    await theirs.get_by_label("Text of").fill("I sell a ladder")
    await theirs.get_by_role("button", name="Approve").click()
    await expect(theirs.get_by_text("Nothing waits.")).to_be_visible()
    for page in (hers, theirs):
        await expect(message(page, "I sell a ladder")).to_be_visible()
    await expect(hers.get_by_text("Waiting for a moderator")).to_have_count(0)
