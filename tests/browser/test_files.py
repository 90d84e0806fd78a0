"""Files in the web client: chosen, pasted, dropped, shown, and what is said when it goes wrong."""

import hashlib
import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page, Request, Route, expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, message, messages, say
from tests.workspaces import Workspace


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), (20, 120, 60)).save(out, "PNG")
    return out.getvalue()


async def choose(page: Page, *files: tuple[str, bytes]) -> None:
    """Pick files, as with the dialog of the system."""
    given = [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files]
    await page.locator("form input[type=file]").first.set_input_files(given)  # type: ignore[arg-type]


async def test_files_are_chosen_sent_and_seen(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    bob = await workspace_sqlite.member("bob")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")
    await choose(hers, ("fence.png", png()), ("shed.png", png()), ("plan.txt", b"Dig, then plant."))
    chosen = hers.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chosen).to_have_count(3)
    await say(hers, "For tomorrow")
    await expect(chosen).to_have_count(0)
    seen = message(his, "For tomorrow")
    await expect(seen.get_by_role("link", name="plan.txt")).to_have_attribute("download", "plan.txt")
    picture = seen.get_by_role("img", name="fence.png")
    await expect(picture).to_be_visible()
    await expect(picture).not_to_have_js_property("naturalWidth", 0)

    # The large view is left and walked through with keys.
    await seen.get_by_role("button", name="Show fence.png").click()
    large = his.get_by_role("dialog")
    await expect(large.get_by_role("status")).to_have_text("1 of 2")
    await his.keyboard.press("ArrowRight")
    await expect(large.get_by_role("img", name="shed.png")).to_be_visible()
    await his.keyboard.press("Escape")
    await expect(large).to_have_count(0)

    # A file goes without words too, and away with its message.
    await choose(hers, ("alone.txt", b"x"))
    await expect(chosen).to_have_count(1)
    await expect(chosen.get_by_role("progressbar")).to_have_count(0)
    await composer(hers).press("Enter")
    await expect(messages(his).last.get_by_role("link", name="alone.txt")).to_be_visible()


async def test_what_could_not_be_uploaded_says_what_to_do(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")

    async def full(route: Route) -> None:
        await route.fulfill(status=507, json={"code": "storage_full", "detail": "full"})

    await page.route("**/api/v1/files?*", full, times=1)
    await choose(page, ("notes.txt", b"x"))
    chosen = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chosen.get_by_role("alert")).to_contain_text("no space left")
    send = page.get_by_role("button", name="Send", exact=True)
    await expect(send).to_be_disabled()
    await chosen.get_by_role("button", name="Try again").click()
    await expect(chosen.get_by_role("alert")).to_have_count(0)
    await expect(send).to_be_enabled()
    await chosen.get_by_role("button", name="Remove notes.txt").click()
    await expect(chosen).to_have_count(0)


async def test_files_are_pasted_and_dropped(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    for event, name in (("paste", "pasted.txt"), ("drop", "dropped.txt")):
        await composer(page).evaluate(
            """(area, [event, name]) => {
                const files = new DataTransfer();
                files.items.add(new File(["x"], name));
                const init = { bubbles: true, cancelable: true };
                area.dispatchEvent(event === "paste"
                    ? new ClipboardEvent("paste", { ...init, clipboardData: files })
                    : new DragEvent("drop", { ...init, dataTransfer: files }));
            }""",
            [event, name],
        )
        await expect(page.get_by_role("list", name="Files to send")).to_contain_text(name)


class Breaking:
    """The requests of uploads in parts: what the first does not bring is lost on the way."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def begin(self, page: Page) -> None:
        for path in ("**/api/v1/uploads?**", "**/api/v1/uploads/**"):
            await page.route(path, self._breaks)

    async def _breaks(self, route: Route) -> None:
        self.asked.append(route.request.method)
        if route.request.method == "PATCH" and self.asked.count("PATCH") > 1:
            await route.abort("connectionfailed")
        else:
            await route.continue_()


async def waiting_film(page: Page, breaking: Breaking, film: Path) -> Locator:
    """A file is chosen, and its upload waits for the connection."""
    await breaking.begin(page)
    await page.locator("form input[type=file]").first.set_input_files(film)
    chosen = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chosen.get_by_role("status")).to_have_text("Waiting for the connection")
    return chosen


async def test_a_large_file_goes_on_after_a_reload(
    enter: Enter, workspace_sqlite: Workspace, tmp_path: Path
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    film, content, breaking = tmp_path / "film.bin", os.urandom(11 * 1024 * 1024), Breaking()
    film.write_bytes(content)
    chosen = await waiting_film(page, breaking, film)
    assert breaking.asked[:3] == ["POST", "PATCH", "PATCH"]
    await page.unroute_all(behavior="wait")
    await page.reload()
    asked: list[str] = []

    def hears(request: Request) -> None:
        if "/api/v1/uploads" in request.url:
            asked.append(request.method)

    page.on("request", hears)
    await page.locator("form input[type=file]").first.set_input_files(film)
    await expect(chosen.get_by_text("12 MB")).to_be_visible()
    assert (asked[0], asked.count("POST")) == ("HEAD", 0)
    await composer(page).press("Enter")
    await expect(messages(page).last.get_by_role("link", name="film.bin")).to_be_visible()
    sent = (await ann.get(f"/rooms/{room}/messages"))["items"][-1]["attachments"][0]
    got = await ann.http.get(f"/files/{sent['id']}")
    assert hashlib.sha256(got.content).hexdigest() == hashlib.sha256(content).hexdigest()


async def test_a_large_file_is_given_up_while_it_waits(
    enter: Enter, workspace_sqlite: Workspace, tmp_path: Path
) -> None:
    ann, room = await workspace_sqlite.member("ann"), await workspace_sqlite.room("garden")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    film = tmp_path / "film.bin"
    film.write_bytes(bytes(11 * 1024 * 1024))
    chosen = await waiting_film(page, Breaking(), film)
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        await chosen.get_by_role("button", name="Remove film.bin").click()
    assert (await deleted.value).status == 204
    await expect(chosen).to_have_count(0)
