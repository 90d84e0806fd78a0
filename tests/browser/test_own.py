"""What is one's own in the web client: saved, begun, sent later; and quoting, forwarding, links."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, connected, message, messages, say, sidebar_link, tell
from tests.clients import PATIENCE, Api
from tests.workspaces import Workspace


async def act(page: Page, text: str, key: str) -> None:
    """Do something with a message by its key."""
    row = message(page, text)
    await row.focus()
    await row.press(key)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    end = time.monotonic() + PATIENCE
    while not await look():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.1)


async def test_messages_are_saved_quoted_forwarded_and_linked_to(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner, ann = workspace_sqlite.owner, await workspace_sqlite.member("ann")
    room, cellar = await workspace_sqlite.room("garden"), await workspace_sqlite.room("cellar", "private")
    await ann.post(f"/rooms/{room}/join", expect=204)
    (secret,) = await tell(owner, cellar, "Down here it is dark")
    (link,) = [f"{owner.url}/r/{cellar}/m/{secret['id']}"]
    await tell(owner, room, f"Look: {link}")
    his, hers = await enter(owner, f"/r/{cellar}"), await enter(ann, f"/r/{room}")
    await act(his, "Down here it is dark", "w")
    dialog = his.get_by_role("dialog", name="Forward")
    await dialog.get_by_label("Find a room or person").fill("garden")
    await dialog.get_by_label("Say something with it").fill("From the cellar")
    await dialog.get_by_role("button", name="Forward", exact=True).click()
    await expect(his).to_have_url(re.compile(f"/r/{room}$"))
    for page in (his, hers):
        await expect(message(page, "From the cellar").locator("blockquote")).to_contain_text("it is dark")
    # Who may not read the room is told neither its name nor what the link leads to.
    await expect(his.locator("blockquote").filter(has_text="in cellar")).to_have_count(2)
    await expect(hers.locator("blockquote").filter(has_text="cellar")).to_have_count(0)
    await expect(hers.locator("blockquote")).to_have_count(1)

    await act(hers, "From the cellar", "s")
    await hers.get_by_role("button", name="Saved", exact=True).click()
    panel = hers.get_by_role("complementary", name="Saved messages")
    await expect(panel.get_by_role("listitem")).to_contain_text("From the cellar")
    await act(hers, "From the cellar", "q")
    await say(hers, "So dark?")
    await expect(message(his, "So dark?").locator("blockquote")).to_contain_text("From the cellar")
    await owner.delete(f"/messages/{secret['id']}")
    await expect(message(hers, "Down here")).to_have_count(0)
    gone = "The message that was quoted here was deleted."
    await expect(messages(hers).filter(has_text=gone)).to_contain_text("From the cellar")
    await panel.get_by_role("button", name="Remove").click()
    await expect(panel).to_contain_text("Only you see what you save.")


async def drafts(person: Api) -> list[str]:
    return [each["text"] for each in (await person.get("/drafts"))["items"]]


async def test_what_is_begun_goes_on_elsewhere_and_may_be_sent_later(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    other = await workspace_sqlite.room("cellar")
    for each in (room, other):
        await ann.post(f"/rooms/{each}/join", expect=204)
    desk, phone = await enter(ann, f"/r/{room}"), await enter(ann, f"/r/{other}")
    for page in (desk, phone):
        await connected(page)
    await composer(desk).fill("Begun at the desk")
    link = sidebar_link(phone, "garden")
    await expect(link.get_by_title("A draft")).to_be_visible()
    await link.click()
    await expect(composer(phone)).to_have_value("Begun at the desk")
    await composer(phone).fill("Begun at the desk, ended on the phone")
    await expect(composer(desk)).to_have_value("Begun at the desk, ended on the phone")
    await phone.get_by_role("button", name="Send later").press("Enter")
    dialog = phone.get_by_role("dialog", name="Send later")
    await dialog.get_by_role("button", name="Tomorrow at 9").press("Enter")
    await dialog.get_by_role("button", name="Schedule").press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(composer(phone)).to_be_focused()
    await expect(composer(desk)).to_have_value("")

    async def none_left() -> bool:
        return await drafts(ann) == []

    await until(none_left)
    await desk.get_by_role("button", name="Sent later").click()
    listed = desk.get_by_role("dialog", name="Sent later")
    await expect(listed.get_by_role("listitem")).to_contain_text("ended on the phone")
    await listed.get_by_role("button", name="Remove").click()
    await expect(listed).to_contain_text("Nothing waits to be sent.")
    assert (await ann.get("/scheduled"))["items"] == []


def given(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


async def ask_later(desk: Page) -> None:
    """A poll, by the keyboard."""
    await desk.get_by_role("button", name="Make a poll").click()
    dialog = desk.get_by_role("dialog", name="Make a poll")
    await dialog.get_by_role("button", name="Send later").click()
    await expect(desk.get_by_role("dialog", name="Send later")).to_have_count(0)  # there is no question yet
    await dialog.get_by_label("Question").fill("When?")
    for number, option in enumerate(("Now", "Then"), 1):
        await dialog.get_by_label(f"Option {number}").fill(option)
    await dialog.get_by_role("button", name="Send later").press("Enter")
    await desk.get_by_role("dialog", name="Send later").get_by_role("button", name="Schedule").press("Enter")
    await expect(dialog).to_have_count(0)


async def test_files_follow_with_what_is_begun_and_are_sent_later(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    await tell(ann, room, "What was said")
    desk, phone = await enter(ann, f"/r/{room}"), await enter(ann, f"/r/{room}")
    for page in (desk, phone):
        await connected(page)
    chosen = [page.get_by_role("list", name="Files to send") for page in (desk, phone)]
    await desk.get_by_label("Files to attach").set_input_files(
        [given("a.txt", b"one"), given("b.txt", b"two")]
    )
    for shown in chosen:
        await expect(shown.get_by_role("listitem")).to_have_count(2)
    await phone.get_by_role("button", name="Remove a.txt").click()
    await desk.reload()
    await connected(desk)
    for shown in chosen:
        await expect(shown.get_by_role("listitem")).to_have_count(1)
        await expect(shown).to_contain_text("b.txt")
    await act(desk, "What was said", "q")
    await desk.get_by_role("button", name="Send later").click()
    await desk.get_by_role("dialog", name="Send later").get_by_role("button", name="Schedule").click()
    for shown in chosen:
        await expect(shown).to_have_count(0)
    await ask_later(desk)
    await desk.get_by_role("button", name="Sent later").click()
    listed = desk.get_by_role("dialog", name="Sent later")
    for words in ("Quotes a message", "b.txt", "When?", "Then"):
        await expect(listed.get_by_role("list", name="Scheduled messages")).to_contain_text(words)
    filed, asked = sorted((await ann.get("/scheduled"))["items"], key=lambda each: bool(each["poll"]))
    assert [file["name"] for file in filed["attachments"]] == ["b.txt"]
    assert (filed["quote"] is not None, asked["poll"]["question"]) == (True, "When?")
