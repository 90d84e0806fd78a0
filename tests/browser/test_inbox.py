"""What one was told of, in the web client: the bell, the list, and what is shown outside of the page."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import connected, press, shows_notifications, tell
from tests.browser.test_looks import PHONE, violations
from tests.chat.inboxes import told
from tests.clients import PATIENCE, Api
from tests.workspaces import Workspace

# The page believes that another one is before it, and remembers what it has the browser show.
BEHIND = """() => {
  window.shown = [];
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); window.shown.push([title, options.body]); }
  };
  Object.defineProperty(document, "hidden", {configurable: true, get: () => true});
}"""


def bell(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Workspace").get_by_role("button", name="Notifications")


def inbox(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Notifications", exact=True)


def items(page: Page) -> Locator:
    return page.get_by_role("list", name="Notifications").get_by_role("listitem")


def icon(page: Page) -> Locator:
    return page.locator('link[rel="icon"]')


async def at_home(workspace: Workspace) -> tuple[Api, str, str]:
    """Somebody in two rooms: where something is said to them, and where they are."""
    ann, room, home = await workspace.member("ann"), await workspace.room("garden"), await workspace.room()
    for joined in (room, home):
        await ann.post(f"/rooms/{joined}/join", expect=204)
    return ann, room, home


async def test_what_one_is_told_of_is_listed_live_until_it_is_read(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner = workspace_sqlite.owner
    ann, room, home = await at_home(workspace_sqlite)
    page = await enter(ann, f"/r/{home}", color_scheme="dark")
    await connected(page)
    await bell(page).click()
    await expect(inbox(page)).to_contain_text("Here you see when somebody names you")
    (root,) = await tell(ann, room, "Who waters?")
    (named,) = await tell(owner, room, f"The roses are yours, @{ann.user['username']}")
    await owner.put(f"/messages/{root['id']}/reactions/🌹", expect=204)
    await told(ann, root, named)
    await expect(bell(page)).to_contain_text("2 unread")
    await expect(items(page).filter(has_text="reacted 🌹")).to_contain_text("Who waters?")
    await expect(icon(page)).to_have_attribute("href", "/favicon-marked.svg")
    assert await violations(page) == []

    await press(items(page).filter(has_text="mentioned you").get_by_role("button", name="Mark as read"))
    await expect(bell(page)).to_contain_text("1 unread")
    await page.get_by_role("tab", name="Unread").click()
    await expect(items(page)).to_have_count(1)
    await owner.delete(f"/messages/{root['id']}/reactions/🌹")
    await expect(inbox(page)).to_contain_text("You have read everything.")
    await expect(icon(page)).to_have_attribute("href", "/favicon.svg")
    await page.get_by_role("tab", name="All").click()
    await expect(items(page)).to_have_count(1)
    await owner.delete(f"/messages/{named['id']}")
    await expect(items(page)).to_have_count(0)


async def test_the_list_leads_by_keyboard_to_the_place_of_each(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner = workspace_sqlite.owner
    ann, room, home = await at_home(workspace_sqlite)
    (root,) = await tell(ann, room, "Who waters?")
    (reply,) = await tell(owner, room, "I **do**", thread=root["id"])
    (named,) = await tell(owner, room, f"The roses are yours, @{ann.user['username']}")
    await told(ann, reply, named)
    page = await enter(ann, f"/r/{home}")
    await expect(bell(page)).to_contain_text("2 unread")
    await press(bell(page))
    first, second = [items(page).nth(place).get_by_role("button").first for place in (0, 1)]
    await first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(second).to_be_focused()
    await items(page).filter(has_text="replied").get_by_role("button").first.press("Enter")
    thread = page.get_by_role("complementary", name="Thread", exact=True)
    await expect(thread.get_by_role("article").filter(has_text="I do")).to_be_visible()
    await expect(bell(page)).not_to_contain_text("unread")  # the room was read with it, too
    await page.get_by_role("button", name="Close thread").click()
    await expect(items(page)).to_have_count(2)

    phone = await enter(ann, f"/r/{home}", viewport=PHONE, is_mobile=True, has_touch=True)
    await phone.get_by_role("button", name="Rooms", exact=True).tap()
    await bell(phone).tap()
    await expect(items(phone)).to_have_count(2)
    assert await phone.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    await items(phone).filter(has_text="mentioned you").get_by_role("button").first.tap()
    await expect(phone.get_by_role("heading", level=1)).to_contain_text("garden")
    await expect(inbox(phone)).to_have_count(0)


async def until_chosen(person: Api, name: str, value: object) -> None:
    """Wait until this stands in their settings of notifications."""
    async with asyncio.timeout(PATIENCE):
        while (await person.get("/notifications/settings"))[name] != value:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_one_wants_to_be_told_of_is_chosen(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, room, _ = await at_home(workspace_sqlite)
    page = await enter(ann, f"/r/{room}")
    await press(bell(page))
    await press(inbox(page).get_by_role("button", name="Settings of notifications"))
    dialog = page.get_by_role("dialog", name="Notifications")
    words = dialog.get_by_label("Words that I wait for")
    await words.fill("x" * 51)
    save = dialog.get_by_role("button", name="Save", exact=True)
    await press(save)
    await expect(dialog.get_by_text("At most 50 characters in a keyword")).to_be_visible()
    await words.fill("Roses, watering can")
    await dialog.get_by_role("radio", name="Every message").check()
    await press(save)
    kept = {"level": "all", "keywords": ["roses", "watering can"], "workspace": workspace_sqlite.id}
    await until_chosen(ann, "workspaces", [kept])
    await dialog.get_by_label("Reactions to what I wrote").select_option("Do not tell me")
    await until_chosen(ann, "reactions", "nothing")
    await dialog.get_by_role("checkbox", name="Every day").check()
    await dialog.get_by_label("From", exact=True).fill("21:30")
    await dialog.get_by_label("Time zone").select_option("Asia/Tokyo")
    assert await violations(page) == []
    await press(dialog.get_by_role("button", name="Save quiet hours"))
    hours = {"begins": "21:30", "ends": "07:00", "timezone": "Asia/Tokyo"}
    await until_chosen(ann, "quiet", {"until": None, "hours": hours})
    await press(dialog.get_by_role("button", name="An hour"))
    await press(dialog.get_by_role("button", name="Notify me again"))
    await expect(dialog.get_by_role("group", name="Pause notifications")).to_be_visible()
    await until_chosen(ann, "quiet", {"until": None, "hours": hours})


async def test_a_room_and_a_thread_have_levels_of_their_own(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, room, _ = await at_home(workspace_sqlite)
    (root,) = await tell(ann, room, "Who waters?")
    await tell(workspace_sqlite.owner, room, "I do", thread=root["id"])
    page = await enter(ann, f"/r/{room}")
    for menu, chosen in (("Room menu", "Nothing"), ("Thread menu", "Every reply")):
        await press(page.get_by_role("button", name=menu))
        await press(page.get_by_role("menu", name=menu).get_by_role("menuitem", name="Notifications"))
        level = page.get_by_role("dialog", name="Notifications of this")
        await level.get_by_role("radio", name=chosen).check()
        await press(level.get_by_role("button", name="Save"))
        await expect(level).to_have_count(0)
        if menu == "Room menu":
            await page.get_by_role("button", name="1 reply").click()
    await until_chosen(ann, "rooms", [{"room": room, "level": "nothing", "muted": False}])
    assert (await ann.get(f"/messages/{root['id']}/follow"))["level"] == "all"


@pytest.mark.usefixtures("whole_browser")
async def test_a_page_behind_others_shows_what_is_meant_for_its_person(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner = workspace_sqlite.owner
    ann, room, home = await at_home(workspace_sqlite)
    page = await enter(ann, f"/r/{home}", permissions=["notifications"])
    await shows_notifications(page)
    await connected(page)
    await page.evaluate(BEHIND)
    hello = f"Hello **you**, @{ann.user['username']}"
    said = await tell(owner, room, hello)
    await told(ann, *said)
    await expect(bell(page)).to_contain_text("1 unread")
    assert await page.evaluate("window.shown") == []  # nobody has asked for it
    await press(bell(page))
    await press(inbox(page).get_by_role("button", name="Settings of notifications"))
    await press(page.get_by_role("button", name="Show it here"))
    await expect(page.get_by_role("button", name="Show nothing")).to_be_visible()
    said += await tell(owner, room, hello)
    await expect(bell(page)).to_contain_text("2 unread")
    shown = [[f"{owner.user['display_name']} mentioned you", f"Hello you, @{ann.user['username']}"]]
    assert await page.evaluate("window.shown") == shown
    # Not in times of quiet, and not what Web Push tells this browser already.
    await ann.patch("/notifications/settings", {"until": "2100-01-01T00:00:00Z"}, expect=204)
    said += await tell(owner, room, hello)
    await expect(bell(page)).to_contain_text("3 unread")
    await ann.patch("/notifications/settings", {"until": None}, expect=204)
    await page.evaluate("user => localStorage.setItem(`talkoot.push.${user}`, '{}')", ann.user["id"])
    await tell(owner, room, hello)
    await expect(bell(page)).to_contain_text("4 unread")
    assert await page.evaluate("window.shown") == shown
