"""Roles and the reasons for an answer, for who manages access: on a phone, in the dark, by keyboard."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter, Open
from tests.browser.screen import choose, press
from tests.browser.test_looks import PHONE, violations
from tests.chat.test_entries import entry, put_first
from tests.clients import Api
from tests.workspaces import Workspace


async def an_admin(workspace: Workspace) -> Api:
    admin = await workspace.member("admin")
    path = f"/workspaces/{workspace.id}/members/{admin.user['id']}"
    await workspace.owner.put(path, {"role": "admin"}, expect=204)
    return admin


async def test_a_role_is_made(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, admin = await workspace_sqlite.room("garden"), await an_admin(workspace_sqlite)
    page = await enter(admin, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await page.get_by_role("button", name="Rooms", exact=True).click()
    await choose(page, page.locator(".top .workspace"), "Roles")
    dialog = page.get_by_role("dialog", name="Roles")
    await dialog.get_by_role("textbox", name="Name").fill("Readers")
    await dialog.get_by_role("checkbox", name="Read rooms").check()
    assert await violations(page) == []
    await press(dialog.get_by_role("button", name="Create"))
    await expect(dialog.get_by_role("button", name="Delete the role")).to_be_visible()
    roles = (await admin.get(f"/workspaces/{workspace_sqlite.id}/roles"))["items"]
    made = next(role for role in roles if role["name"] == "Readers")
    assert made["permissions"] == ["room.read", "workspace.read"]
    await dialog.get_by_role("combobox").select_option(label="owner")
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()


async def test_why_somebody_may_is_explained(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, admin = await workspace_sqlite.room("garden"), await an_admin(workspace_sqlite)
    reader = await workspace_sqlite.member("reader")
    path = f"/workspaces/{workspace_sqlite.id}/members/{reader.user['id']}"
    await workspace_sqlite.owner.put(path, {"role": "guest"}, expect=204)
    await workspace_sqlite.owner.put(f"/rooms/{room}/members/{reader.user['id']}", expect=204)
    page = await enter(admin, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await choose(page, page.get_by_role("button", name="Room menu"), "Who may do what")
    dialog = page.get_by_role("dialog", name="Who may do what here")
    await dialog.get_by_label("Person").select_option(reader.user["id"])
    answer, looked_at = dialog.get_by_role("status"), dialog.get_by_role("list", name="What was looked at")
    name = reader.user["display_name"]
    await expect(answer).to_have_text(f"Yes. {name} may: read rooms.")
    await expect(looked_at.get_by_text("Allows it to its members: this decides")).to_be_visible()
    await expect(looked_at.get_by_text("Allows it to the role member: not about them")).to_be_visible()
    await dialog.get_by_label("May they").select_option("room.join")
    await expect(answer).to_have_text(f"No. {name} may not: join rooms. No entry says that they may.")
    assert await violations(page) == []


async def test_entries_of_a_room_are_changed_and_what_they_do_is_told_before(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, admin = await workspace_sqlite.room("garden"), await an_admin(workspace_sqlite)
    reader = await workspace_sqlite.member("reader")
    page = await enter(admin, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await choose(page, page.get_by_role("button", name="Room menu"), "Change access")
    dialog = page.get_by_role("dialog", name="Access")
    await expect(dialog.get_by_role("group", name="Entry 2")).to_be_visible()
    await press(dialog.get_by_role("button", name="Add an entry"))
    first = dialog.get_by_role("group", name="Entry 1")
    await first.get_by_label("Verdict of entry 1").select_option(label="Deny")
    await first.get_by_label("Whom entry 1 is about").select_option(label="everyone")
    await first.get_by_role("checkbox", name="Post in rooms").check()
    await dialog.get_by_label("What this changes for").select_option(reader.user["id"])
    told = dialog.get_by_role("status")
    await expect(told).to_have_text("May no longer: post in rooms (entry 1).")
    assert await violations(page) == []
    await press(dialog.get_by_role("button", name="Save"))
    await expect(told).to_have_text("Nothing changes for this person.")
    post = ("POST", f"/rooms/{room}/messages", {"text": "x"})
    assert await reader.refusal(*post) == (403, "forbidden")
    # Who denied it can take it back, and sees the entries of the workspace too.
    await press(dialog.get_by_role("button", name="Take entry 1 away"))
    await press(dialog.get_by_role("button", name="Save"))
    await expect(told).to_have_text("Nothing changes for this person.")
    await reader.post(f"/rooms/{room}/messages", {"text": "x"})
    await dialog.get_by_label("Entries of").select_option(label="The workspace")
    await expect(dialog.get_by_role("group", name="Entry 5")).to_be_visible()


async def test_a_room_for_everyone_is_read_without_an_account(
    open_page: Open, workspace_sqlite: Workspace
) -> None:
    owner, room = workspace_sqlite.owner, await workspace_sqlite.room("garden", topic="For all")
    closed = await workspace_sqlite.room("shed")
    await put_first(workspace_sqlite, f"/rooms/{room}", entry("everyone", "room.read"))
    await owner.post(f"/rooms/{room}/messages", {"text": "The **apples** are ripe"})
    page = await open_page(f"{owner.url}/r/{room}", color_scheme="dark", viewport=PHONE)
    said = page.get_by_role("list", name="Messages")
    await expect(said.locator("strong", has_text="apples")).to_be_visible()
    await expect(page.get_by_text("For all")).to_be_visible()
    assert await violations(page) == []
    await press(page.get_by_role("button", name="Sign in to join"))
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    page = await open_page(f"{owner.url}/r/{closed}")
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


@dataclass
class InThread:
    """An admin on a phone in the dark and a reader at a desk, at the same thread, which has an answer."""

    room: str
    root: str
    admin: Page
    reader: Page
    whom: Api

    @classmethod
    async def of(cls, enter: Enter, workspace: Workspace) -> "InThread":
        room, admin = await workspace.room("garden"), await an_admin(workspace)
        reader = await workspace.member("reader")
        for person in (admin, reader):
            await person.post(f"/rooms/{room}/join", expect=204)
        root = (await admin.post(f"/rooms/{room}/messages", {"text": "Anything else?"}))["id"]
        await reader.post(f"/rooms/{room}/messages", {"text": "No", "thread": root})
        theirs = await enter(reader, f"/r/{room}")
        mine = await enter(admin, f"/r/{room}", color_scheme="dark", viewport=PHONE)
        for page in (mine, theirs):
            await page.get_by_role("button", name="1 reply").click()
        return cls(room, root, mine, theirs, reader)

    @property
    def panes(self) -> list[Locator]:
        return [page.get_by_role("complementary", name="Thread") for page in (self.admin, self.reader)]

    @property
    def menu(self) -> Locator:
        return self.panes[0].get_by_role("button", name="Thread menu")


async def test_a_thread_is_closed_and_opened_again(enter: Enter, workspace_sqlite: Workspace) -> None:
    at = await InThread.of(enter, workspace_sqlite)
    mine, theirs = at.panes
    await expect(theirs.get_by_label("Reply in thread")).to_be_enabled()
    await press(theirs.get_by_role("button", name="Thread menu"))
    menu = at.reader.get_by_role("menu", name="Thread menu")
    await expect(menu.get_by_role("menuitem")).to_have_text(["Notifications"])
    await at.reader.keyboard.press("Escape")
    await choose(at.admin, at.menu, "Close for replies")
    for pane in (theirs, mine):
        await expect(pane.get_by_text("This thread is closed for replies.")).to_be_visible()
        await expect(pane.get_by_label("Reply in thread")).to_have_count(0)
        await expect(pane.get_by_title("Closed for replies")).to_be_visible()
    await expect(at.reader.get_by_role("button", name="Closed for replies, 1 reply")).to_be_visible()
    for page in (at.admin, at.reader):
        assert await violations(page) == []
    await choose(at.admin, at.menu, "Open for replies")
    for pane in (theirs, mine):
        await expect(pane.get_by_title("Closed for replies")).to_have_count(0)
    await mine.get_by_label("Reply in thread").fill("Then good night")
    await mine.get_by_label("Reply in thread").press("Enter")
    await expect(theirs.get_by_role("article").last).to_contain_text("Then good night")


async def test_who_may_answer_is_explained_and_changed(enter: Enter, workspace_sqlite: Workspace) -> None:
    at = await InThread.of(enter, workspace_sqlite)
    deny = entry("authenticated", "room.post", allow=False)
    await workspace_sqlite.owner.put(f"/messages/{at.root}/acl", {"items": [deny]})
    _, theirs = at.panes
    await expect(theirs.get_by_text("This thread is closed for replies.")).to_be_visible()
    await choose(at.admin, at.menu, "Who may do what")
    explained = at.admin.get_by_role("dialog", name="Who may do what here")
    await explained.get_by_label("Person").select_option(at.whom.user["id"])
    await explained.get_by_label("May they").select_option(label="Reply")
    no = f"No. {at.whom.user['display_name']} may not: reply."
    await expect(explained.get_by_role("status")).to_have_text(no)
    looked_at = explained.get_by_role("list", name="What was looked at")
    await expect(looked_at.get_by_text("Denies it to everybody signed in: this decides")).to_be_visible()
    await expect(looked_at.get_by_role("heading").first).to_have_text("This thread")
    assert await violations(at.admin) == []
    await press(explained.get_by_role("button", name="Close"))
    # One more entry, before the one that closes it, lets the reader in.
    await choose(at.admin, at.menu, "Change access")
    dialog = at.admin.get_by_role("dialog", name="Access")
    await expect(dialog.get_by_role("group", name="Entry 1")).to_be_visible()
    await press(dialog.get_by_role("button", name="Add an entry"))
    await dialog.get_by_label("Whom entry 1 is about").select_option(f"user:{at.whom.user['id']}")
    first = dialog.get_by_role("group", name="Entry 1")
    await first.get_by_role("checkbox", name="Reply", exact=True).check()
    await expect(first.get_by_role("checkbox")).to_have_count(3)
    assert await violations(at.admin) == []
    await press(dialog.get_by_role("button", name="Save"))
    await expect(theirs.get_by_label("Reply in thread")).to_be_enabled()
    await expect(theirs.get_by_title("Closed for replies")).to_be_visible()


async def test_it_is_explained_of_a_category_and_the_workspace(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    admin, path = await an_admin(workspace_sqlite), f"/workspaces/{workspace_sqlite.id}/categories"
    category = (await workspace_sqlite.owner.post(path, {"name": "Board"}))["id"]
    await put_first(workspace_sqlite, f"/categories/{category}", entry("everyone", "room.post", allow=False))
    page = await enter(admin)
    await choose(page, page.locator(".top .workspace"), "Who may do what")
    dialog = page.get_by_role("dialog", name="Who may do what here")
    name, answer = admin.user["display_name"], dialog.get_by_role("status")
    await dialog.get_by_label("May they").select_option(label="Rename the workspace")
    await expect(answer).to_have_text(f"Yes. {name} may: rename the workspace.")
    await dialog.get_by_label("Where").select_option(label="The category Board")
    await dialog.get_by_label("May they").select_option(label="Post in rooms")
    await expect(answer).to_have_text(f"No. {name} may not: post in rooms.")
    assert await violations(page) == []
