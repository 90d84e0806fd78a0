"""Searching in the web client: with the keyboard, from anywhere, and on to the message."""

import re
from typing import Literal

from playwright.async_api import expect

from tests.attachments import upload
from tests.browser.conftest import Enter
from tests.browser.screen import message
from tests.search.searching import indexed
from tests.search.test_inside_files import send_file, until_inside
from tests.workspaces import Workspace


async def test_a_message_is_found_with_the_keyboard_and_shown(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    here, there = await workspace_sqlite.room("here"), await workspace_sqlite.room("there")
    person = await workspace_sqlite.member()
    for room in (here, there):
        await person.post(f"/rooms/{room}/join", expect=204)
    await person.post(f"/rooms/{there}/messages", {"text": "an old <b>harbour</b> café"})
    for number in range(60):
        await person.post(f"/rooms/{there}/messages", {"text": f"later {number}"})
    await indexed(person, workspace_sqlite.id, there)
    page = await enter(person, f"/r/{here}")
    await expect(page.get_by_role("textbox", name="Message #here")).to_be_focused()
    await page.get_by_role("heading", level=1).click()  # away from the message box
    await page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search messages")
    await expect(box).to_be_focused()
    await box.fill("HARBOUR cafe")
    found = page.get_by_role("option")
    await expect(found).to_have_count(1)
    await expect(found.locator("mark")).to_have_text(["harbour", "café"])
    await expect(found).to_contain_text("<b>harbour</b>")
    await box.press("Enter")
    await expect(box).to_have_count(0)
    await expect(message(page, "an old")).to_be_in_viewport()
    await expect(page.get_by_role("textbox", name="Message #there")).to_be_focused()


async def test_the_best_matches_come_first_and_files_by_their_names(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    await person.post(f"/rooms/{room}/messages", {"text": "harbour plans"})
    file = await upload(person, room, name="plans of the harbour.txt")
    long = "what else there is to be said of plans, and of much more, before we get to the harbour"
    await person.post(f"/rooms/{room}/messages", {"text": long, "attachments": [file["id"]]})
    await indexed(person, workspace_sqlite.id, room)
    page = await enter(person, f"/r/{room}")
    await page.get_by_role("button", name="Search messages").click()
    await page.get_by_role("combobox", name="Search messages").fill("harbour plans")
    found = page.get_by_role("option")
    await expect(found).to_have_count(2)
    await expect(found.first).to_contain_text("plans of the harbour.txt")
    await page.get_by_role("checkbox", name="Best matches first").check()
    await expect(found.first).to_have_text(re.compile(r"harbour plans\s*$"))


async def test_a_query_that_makes_no_sense_is_explained(enter: Enter, workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    page = await enter(person, f"/r/{room}")
    await page.get_by_role("button", name="Search messages").click()
    box = page.get_by_role("combobox", name="Search messages")
    await box.fill("from:@nobody-at-all")
    await expect(page.get_by_role("alert")).to_contain_text("Nobody here is called")
    await box.fill("zzzzz")
    await expect(page.get_by_text("No message was found.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)


async def test_what_no_room_is_called_is_searched_for(enter: Enter, workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    await person.post(f"/rooms/{room}/messages", {"text": "about lighthouses"})
    await indexed(person, workspace_sqlite.id, room)
    page = await enter(person, f"/r/{room}")
    await expect(message(page, "about lighthouses")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Find a room or person")).to_be_focused()
    await page.keyboard.type("lighthouses")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Search messages")).to_have_value("lighthouses")
    await expect(page.get_by_role("option")).to_contain_text("about lighthouses")


async def test_what_is_inside_a_file_is_shown_with_its_name(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    sent = await send_file(person, room, "plan.txt", b"We meet at the lighthouse at noon.", "Have a look")
    await until_inside(person, workspace_sqlite.id, "lighthouse")
    page = await enter(person, f"/r/{room}")
    await page.get_by_role("button", name="Search messages").click()
    box = page.get_by_role("combobox", name="Search messages")
    await box.fill("LIGHTHOUSE")
    found = page.get_by_role("option")
    await expect(found).to_have_count(1)
    await expect(found.locator("mark")).to_have_text(["lighthouse"])
    await expect(found).to_contain_text("Have a look")
    await expect(found.locator(".inside")).to_have_text(
        re.compile(r"In plan\.txt\s*We meet at the lighthouse at noon\.")
    )
    schemes: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1200, "light"), (380, "dark"))
    for width, scheme in schemes:
        await page.set_viewport_size({"width": width, "height": 760})
        await page.emulate_media(color_scheme=scheme)
        box_of = await found.bounding_box()
        assert box_of is not None
        assert box_of["x"] >= 0
        assert box_of["x"] + box_of["width"] <= width
    await box.press("Enter")
    await expect(box).to_have_count(0)
    await expect(message(page, sent["text"])).to_be_in_viewport()
