"""Sound and video in the web client: played where they stand, and voice messages from the microphone."""

import re
from pathlib import Path

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.attachments import upload
from tests.browser.conftest import Enter
from tests.browser.screen import messages
from tests.chat.test_films import LOOKS, SOUNDS
from tests.servers.ffmpeg import make
from tests.workspaces import Workspace


async def test_sound_and_video_are_played_where_they_stand(
    enter: Enter, workspace_sqlite: Workspace, tmp_path: Path
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}", viewport={"width": 420, "height": 800}, color_scheme="dark")
    film = make(tmp_path, "a.webm", *LOOKS, *SOUNDS, "-c:v", "libvpx", "-deadline", "realtime")
    song = make(tmp_path, "a.ogg", *SOUNDS, "-c:a", "libopus")
    made = [await upload(ann, room, film, "hedge.webm"), await upload(ann, room, song, "birds.ogg")]
    await ann.post(f"/rooms/{room}/messages", {"attachments": [each["id"] for each in made]})
    # First it says that they are being prepared, and then it shows them, without a reload.
    video = page.get_by_label("hedge.webm")
    await expect(video).to_have_attribute("poster", f"/api/v1/files/{made[0]['id']}/thumbnail")
    assert await video.get_attribute("preload") == "none"
    await expect(messages(page).last.get_by_role("link", name="birds.ogg")).to_have_attribute(
        "download", "birds.ogg"
    )
    for name in ("hedge.webm", "birds.ogg"):
        player = page.get_by_label(name)
        await player.focus()
        await player.evaluate("async element => { element.muted = true; await element.play(); }")
        await expect(player).to_have_js_property("ended", value=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_voice_message_is_recorded_heard_and_sent(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    room = await workspace_sqlite.room("garden")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")

    # Thrown away by Escape, and the focus is where it was.
    begin = hers.get_by_role("button", name="Record a voice message")
    await _record(hers)
    await hers.keyboard.press("Escape")
    await expect(begin).to_be_focused()
    await expect(hers.get_by_role("group", name="New voice message")).to_have_count(0)

    # With the keyboard alone: recorded, heard, and sent.
    new = await _record(hers)
    await hers.keyboard.press("Enter")
    send = new.get_by_role("button", name="Send voice message")
    await expect(send).to_be_focused()
    await new.get_by_role("button", name="Play").press("Enter")
    await expect(new.locator("audio")).to_have_js_property("ended", value=True)
    await send.press("Enter")
    await expect(new).to_have_count(0)

    said = messages(his).last.get_by_role("group", name="Voice message")
    await expect(said.get_by_role("slider", name="Position")).to_be_visible()
    assert await said.locator("rect").count() >= 2
    await said.get_by_role("button", name="Play").press("Enter")
    await expect(said.locator("audio")).to_have_js_property("ended", value=True)
    (item,) = (await bob.get(f"/rooms/{room}/messages"))["items"]
    (shown,) = item["attachments"]
    assert shown["type"].startswith("audio/")
    assert shown["waveform"]
    assert shown["duration"] > 0


async def test_a_voice_message_beside_too_many_files_is_not_lost(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    files: list[FilePayload] = [
        {"name": f"{number}.txt", "mimeType": "text/plain", "buffer": b"leaves"} for number in range(10)
    ]
    await page.get_by_label("Files to attach").set_input_files(files)
    new = await _record(page)
    await page.keyboard.press("Enter")
    send = new.get_by_role("button", name="Send voice message")
    await send.press("Enter")
    await expect(new).to_contain_text("A message takes 10 files")
    await expect(messages(page)).to_have_count(0)
    await page.get_by_role("button", name="Remove 9.txt").press("Enter")
    await send.press("Enter")
    await expect(new).to_have_count(0)
    await expect(messages(page).last.get_by_role("group", name="Voice message")).to_be_visible()


async def test_who_refuses_the_microphone_is_told_what_to_do(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    # The browser of the tests asks nobody and allows it; it is made to answer as others do then.
    await page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = () =>
            Promise.reject(new DOMException("Permission denied", "NotAllowedError")); }"""
    )
    await page.get_by_role("button", name="Record a voice message").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Allow the microphone")
    await page.get_by_role("button", name="Close").press("Enter")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def _record(page: Page) -> Locator:
    """Record for so long that something is heard; what is shown meanwhile."""
    await page.get_by_role("button", name="Record a voice message").press("Enter")
    new = page.get_by_role("group", name="New voice message")
    await expect(new.get_by_role("button", name="Done")).to_be_focused()
    await expect(new.get_by_role("timer")).to_have_text(re.compile("^0:0[1-9]$|^0:[1-5]"))
    return new
