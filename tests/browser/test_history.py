"""The history of a room: read in pages as one scrolls, and the reader stays where they are."""

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, messages, tell
from tests.clients import Api, Json
from tests.workspaces import Workspace

SAID = 130

VISIBLE = """() => {
    const box = document.querySelector("[data-testid=timeline]").getBoundingClientRect();
    for (const row of document.querySelectorAll("article[data-message]")) {
        const place = row.getBoundingClientRect();
        if (place.top >= box.top) return [row.dataset.message, place.top];
    }
}"""
TOP = "id => document.querySelector(`[data-message='${id}']`).getBoundingClientRect().top"


class Long:
    """A room with a long history and somebody who reads it."""

    def __init__(self, room: str, reader: Api, writer: Api, said: list[Json]) -> None:
        self.room, self.reader, self.writer, self.said = room, reader, writer, said


@pytest_asyncio.fixture
async def long(workspace_sqlite: Workspace) -> Long:
    room = await workspace_sqlite.room()
    reader, writer = await workspace_sqlite.member("reader"), await workspace_sqlite.member("writer")
    await writer.post(f"/rooms/{room}/join", expect=204)
    socket = await workspace_sqlite.socket(writer)
    said = [await socket.send(room, f"number {number}.\n\nMore of it.") for number in range(SAID)]
    await reader.post(f"/rooms/{room}/join", expect=204)
    return Long(room, reader, writer, said)


async def scroll_to(page: Page, top: int) -> None:
    await page.get_by_test_id("timeline").evaluate("(box, top) => { box.scrollTop = top }", top)


async def painted(page: Page) -> None:
    """What changed is laid out, and the list has put the reader back: nobody sees what was before that."""
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def test_earlier_messages_come_without_moving_what_one_reads(enter: Enter, long: Long) -> None:
    page = await enter(long.reader, f"/r/{long.room}")
    await expect(message(page, f"number {SAID - 1}.")).to_be_in_viewport()
    before = await messages(page).count()
    assert before < SAID
    await scroll_to(page, 500)
    seen, top = await page.evaluate(VISIBLE)
    await expect(messages(page)).not_to_have_count(before)
    await painted(page)
    assert abs(await page.evaluate(TOP, seen) - top) <= 2
    # A new message does not pull the reader away either.
    await tell(long.writer, long.room, "the newest")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    assert abs(await page.evaluate(TOP, seen) - top) <= 2
    await page.get_by_role("button", name="1 new").click()
    await expect(message(page, "the newest")).to_be_in_viewport()
    await tell(long.writer, long.room, "and one more")
    await expect(message(page, "and one more")).to_be_in_viewport()


async def test_all_of_the_history_can_be_reached(enter: Enter, long: Long) -> None:
    page = await enter(long.reader, f"/r/{long.room}")
    await expect(message(page, f"number {SAID - 1}.")).to_be_in_viewport()
    beginning = page.get_by_text("This is where the room begins.")
    while not await beginning.is_visible():
        await scroll_to(page, 0)
        await page.wait_for_timeout(50)
    await expect(messages(page)).to_have_count(SAID)


async def test_a_link_leads_to_its_message(enter: Enter, long: Long) -> None:
    target = long.said[20]
    page = await enter(long.reader, f"/r/{long.room}/m/{target['id']}")
    linked = page.locator(f"[data-message='{target['id']}']")
    await expect(linked).to_be_in_viewport()
    await expect(linked).to_contain_text("number 20.")
    await page.get_by_role("button", name="Latest").click()
    await expect(message(page, f"number {SAID - 1}.")).to_be_in_viewport()


async def test_a_link_leads_into_another_workspace_too(enter: Enter, workspace_sqlite: Workspace) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room("garden")
    [said] = await tell(owner, room, "over here")
    page = await enter(owner, f"/r/{room}/m/{said['id']}")
    await expect(message(page, "over here")).to_be_visible()
    workspaces = {each["id"]: each["name"] for each in (await owner.get("/workspaces"))["items"]}
    await expect(page.locator("button.workspace")).to_have_text(workspaces[workspace_sqlite.id])
    await page.goto(f"{owner.url}/r/{said['id']}")  # there is no such room
    await expect(page.get_by_role("heading", name="This room is not there")).to_be_visible()
