"""From an empty server to a conversation: set up, invite, register."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter, Open
from tests.browser.screen import message, say, sidebar_link
from tests.clients import PASSWORD
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def fill_person(page: Page, name: str, password: str) -> None:
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Password").fill(password)


async def test_the_first_person_sets_up_and_the_second_joins_by_invitation(
    talkoot_sqlite: Talkoot, open_page: Open
) -> None:
    ann = await open_page(talkoot_sqlite.url)
    await ann.get_by_label("Workspace").fill("Our street")
    await fill_person(ann, "Ann Lee", "short")
    await expect(ann.get_by_label("Username")).to_have_value("ann.lee")
    await ann.get_by_role("button", name="Create the workspace").click()
    # The server's complaint stands beside the field that it is about.
    await expect(ann.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    await expect(ann.get_by_label("Username")).not_to_have_attribute("aria-invalid", "true")
    await ann.get_by_label("Password").fill(PASSWORD)
    await ann.get_by_role("button", name="Create the workspace").click()
    await expect(ann.get_by_role("heading", level=1, name="general")).to_be_visible()
    await expect(sidebar_link(ann, "random")).to_be_visible()

    await ann.get_by_role("button", name="Our street").click()
    await ann.get_by_role("menuitem", name="Invite people").click()
    link = ann.get_by_label("Invitation link")
    await expect(link).not_to_have_value("")
    address = await link.input_value()
    await ann.keyboard.press("Escape")

    bob = await open_page(address)
    await expect(bob.get_by_role("heading", name="Join Our street")).to_be_visible()
    await fill_person(bob, "Bob", PASSWORD)
    await bob.get_by_label("Username").fill("ann.lee")
    await bob.get_by_role("button", name="Join").click()
    await expect(bob.get_by_label("Username")).to_have_attribute("aria-invalid", "true")
    await bob.get_by_label("Username").fill("bob")
    await bob.get_by_role("button", name="Join").click()
    await expect(bob.get_by_role("heading", level=1, name="general")).to_be_visible()
    await expect(ann.get_by_text("Bob joined the room")).to_be_visible()

    await say(bob, "Hello, Ann!")
    await expect(message(ann, "Hello, Ann!")).to_be_visible()


async def test_an_invitation_that_does_not_hold_is_said_to(
    open_page: Open, workspace_sqlite: Workspace
) -> None:
    page = await open_page(f"{workspace_sqlite.owner.url}/join/nonsense")
    await expect(page.get_by_role("heading", name="This invitation does not work")).to_be_visible()


async def test_a_wrong_password_is_refused_and_signing_out_ends_the_session(
    open_page: Open, enter: Enter, workspace_sqlite: Workspace
) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    page = await open_page(person.url)
    await page.get_by_label("Username or email").fill(person.user["username"])
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()

    inside = await enter(person)
    await inside.get_by_role("button", name="Workspace", exact=False).first.click()
    await inside.get_by_role("menuitem", name="Sign out").click()
    await expect(inside.get_by_role("button", name="Sign in")).to_be_visible()
    await inside.reload()
    await expect(inside.get_by_role("button", name="Sign in")).to_be_visible()
