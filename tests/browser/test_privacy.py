"""A person takes their data with them and leaves; an owner says how long a room keeps what is said."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import choose, message, press, stale, tell
from tests.browser.test_looks import PHONE, violations
from tests.clients import PASSWORD
from tests.workspaces import Workspace


async def test_a_room_is_told_to_forget_after_a_warning(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("garden")
    boss = await workspace_sqlite.member("boss")
    await boss.post(f"/rooms/{room}/join", expect=204)
    path = f"/workspaces/{workspace_sqlite.id}/members/{boss.user['id']}"
    await workspace_sqlite.owner.put(path, {"role": "admin"}, expect=204)
    page = await enter(boss, f"/r/{room}")
    await page.get_by_role("button", name="Room menu").click()
    await page.get_by_role("menuitem", name="How long messages are kept").click()
    await page.get_by_label("Delete them after some days").check()
    await page.get_by_role("spinbutton", name="Days").fill("45")
    await page.get_by_role("spinbutton", name="Days").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("older than 45 days will be deleted now")
    await page.get_by_role("button", name="Delete what is older").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    shown = page.get_by_role("banner").or_(page.locator("header"))
    await expect(shown.get_by_text("Messages are deleted after 45 days").first).to_be_visible()


async def test_data_is_downloaded_and_an_account_deleted(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("garden")
    ann, ben = await workspace_sqlite.member("ann"), await workspace_sqlite.member("ben")
    for person in (ann, ben):
        await person.post(f"/rooms/{room}/join", expect=204)
    await tell(ann, room, "The roses are out")
    theirs = await enter(ben, f"/r/{room}")
    hers = await enter(ann, f"/r/{room}", color_scheme="dark", viewport={"width": 400, "height": 800})
    await hers.get_by_role("button", name="Rooms").first.click()
    await hers.get_by_role("button", name="Your profile").click()
    dialog = hers.get_by_role("dialog")
    await dialog.get_by_role("button", name="Get your data").click()
    await stale(hers, "/exports/*/link")
    await dialog.get_by_role("button", name="Download").click()
    await dialog.get_by_label("Your password").fill(PASSWORD)
    async with hers.expect_download() as download:
        await dialog.get_by_label("Your password").press("Enter")
    assert (await download.value).suggested_filename.endswith(".zip")
    await dialog.get_by_role("button", name="Delete your account").click()
    form = dialog.get_by_role("form", name="Delete your account")
    await form.get_by_label("At once").check()
    await stale(hers, "/users/me/deletion")
    await form.get_by_role("button", name="Delete my account").click()
    await dialog.get_by_label("Your password").fill(PASSWORD)
    await dialog.get_by_label("Your password").press("Enter")
    await expect(hers.get_by_text("Your account is deleted.")).to_be_visible()
    gone = message(theirs, "The roses are out")
    await expect(gone.get_by_role("button", name="Deleted user").first).to_be_visible()


async def test_a_workspace_is_exported_downloaded_and_its_file_forgotten(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, boss = await workspace_sqlite.room("garden"), await workspace_sqlite.member("boss")
    await boss.post(f"/rooms/{room}/join", expect=204)
    path = f"/workspaces/{workspace_sqlite.id}"
    await workspace_sqlite.owner.put(f"{path}/members/{boss.user['id']}", {"role": "admin"}, expect=204)
    page = await enter(boss, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await page.get_by_role("button", name="Rooms", exact=True).click()
    await choose(page, page.locator(".top .workspace"), "Export the workspace")
    dialog = page.get_by_role("dialog", name="Export the workspace")
    await press(dialog.get_by_role("button", name="Make the file"))
    await expect(dialog.get_by_role("status")).to_contain_text("The file is ready")
    assert await violations(page) == []
    async with page.expect_download() as download:
        await press(dialog.get_by_role("button", name="Download"))
    assert (await download.value).suggested_filename.endswith(".tar.gz")
    await press(dialog.get_by_role("button", name="Forget the file"))
    await expect(dialog.get_by_role("button", name="Make the file")).to_be_visible()
    assert (await boss.get(f"{path}/exports"))["items"] == []
