"""Threads that one follows, and what is marked as unread, in the web client."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, sidebar_link, tell
from tests.workspaces import Workspace


async def test_a_followed_thread_is_unread_until_it_is_opened(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, other = [await workspace_sqlite.room(name) for name in ("garden", "kitchen")]
    ann = await workspace_sqlite.member("ann")
    for joined in (room, other):
        await ann.post(f"/rooms/{joined}/join", expect=204)
    (root,) = await tell(ann, room, "Who waters?")
    page = await enter(ann, f"/r/{other}")
    button = page.get_by_role("complementary", name="Workspace").get_by_role("button", name="Threads")
    await expect(button).to_be_visible()
    await tell(workspace_sqlite.owner, room, "I do", "and the roses", thread=root["id"])
    await expect(button).to_contain_text("1 unread")
    await button.click()
    listed = page.get_by_role("list", name="Followed threads").get_by_role("button")
    await expect(listed).to_contain_text("Who waters?")
    await expect(listed).to_contain_text("2 replies, 2 new")
    await listed.click()
    pane = page.get_by_role("complementary", name="Thread", exact=True)
    await expect(pane.get_by_text("New messages")).to_be_visible()
    await expect(button).not_to_contain_text("unread")
    # From the last reply on it is to be read again, and is when the thread is opened again.
    reply = pane.locator("article[data-message]").filter(has_text="and the roses")
    await reply.focus()
    await reply.press("u")
    await expect(button).to_contain_text("1 unread")
    following = pane.get_by_role("button", name="Following")
    await expect(following).to_have_attribute("aria-pressed", "true")
    await following.click()
    await expect(pane.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    await expect(button).not_to_contain_text("unread")
    assert (await ann.get(f"/messages/{root['id']}/follow"))["followed"] is False


async def test_a_room_is_unread_from_a_message_on_until_one_comes_back(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, other = [await workspace_sqlite.room(name) for name in ("garden", "kitchen")]
    ann = await workspace_sqlite.member("ann")
    for joined in (room, other):
        await ann.post(f"/rooms/{joined}/join", expect=204)
    said = await tell(workspace_sqlite.owner, room, "one", "two", "three")
    page = await enter(ann, f"/r/{room}")
    await expect(message(page, "three")).to_be_visible()
    await expect(sidebar_link(page, "garden")).not_to_contain_text("unread")
    row = message(page, "two")
    await row.focus()
    await row.press("u")
    await expect(sidebar_link(page, "garden")).to_contain_text("2 unread")
    await expect(page.get_by_role("list", name="Messages").get_by_text("New messages")).to_be_visible()
    await sidebar_link(page, "kitchen").click()
    found = (await ann.get("/unreads"))["items"]
    assert [each["marked"] for each in found if each["room"] == room] == [said[1]["seq"]]
    await sidebar_link(page, "garden").click()
    await expect(page.get_by_role("list", name="Messages").get_by_text("New messages")).to_be_visible()
    await expect(sidebar_link(page, "garden")).not_to_contain_text("unread")
