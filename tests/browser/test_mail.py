"""What people do with the links that are mailed to them, in a real browser and through a real mail server."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter, Open
from tests.browser.screen import press, stale
from tests.clients import PASSWORD, Api, Socket, join, set_up
from tests.servers.post_office import PostOffice, text_of
from tests.servers.process import free_port
from tests.servers.talkoot import Talkoot

NEW = "another horse, another battery"


@pytest.fixture(scope="module")
def post() -> Iterator[PostOffice]:
    office = PostOffice()
    yield office.start()
    office.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(post: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """Of a server that is reached under the address that its letters name."""
    port = free_port()
    talkoot = Talkoot(
        tmp_path_factory.mktemp("mailing") / "data",
        public_url=f"http://127.0.0.1:{port}",
        smtp_host="127.0.0.1",
        smtp_port=str(post.port),
        smtp_tls="off",
        mail_from="chat@example.test",
    )
    talkoot.port = port
    owner, _ = await set_up(talkoot.start().url)
    async with owner:
        yield owner
    talkoot.stop()


async def in_the_chat(page: Page) -> None:
    await expect(page.get_by_role("main").get_by_role("heading", level=1, name="general")).to_be_visible()


async def test_who_is_invited_by_mail_forgets_the_password_and_comes_in_again(
    owner: Api, post: PostOffice, enter: Enter, open_page: Open
) -> None:
    page = await enter(owner)
    await page.get_by_role("button", name="First").first.click()
    await page.get_by_role("menuitem", name="Invite people").click()
    await page.get_by_label("Or mail an invitation to").fill("grace@example.test")
    await page.get_by_role("button", name="Mail the invitation").click()
    await expect(page.get_by_text("on its way to grace@example.test")).to_be_visible()

    grace = await open_page(await post.link("grace@example.test"))
    await grace.get_by_label("Your name").fill("Grace Hopper")
    await grace.get_by_label("Password").fill(PASSWORD)
    await expect(grace.get_by_label("Email")).to_have_value("grace@example.test")
    await grace.get_by_role("button", name="Join").click()
    await in_the_chat(grace)
    await expect(grace.get_by_label("Your address")).not_to_be_visible()

    await choose_password(owner, post, open_page)
    # Where she was signed in, she is not any more; with the new password she is.
    await expect(grace.get_by_role("heading", name="Welcome back")).to_be_visible()
    await grace.get_by_label("Username or email").fill("grace@example.test")
    await grace.get_by_label("Password").fill(NEW)
    await grace.get_by_role("button", name="Sign in", exact=True).click()
    await in_the_chat(grace)

    again = await open_page(await post.link("grace@example.test", 2))
    await again.get_by_label("New password").fill(f"{NEW} again")
    await again.get_by_role("button", name="Save the password").click()
    await expect(again.get_by_role("alert")).to_contain_text("does not hold any more")


async def choose_password(owner: Api, post: PostOffice, open_page: Open) -> None:
    """With the keyboard alone, on a phone, in the dark."""
    phone = await open_page(owner.url, viewport={"width": 360, "height": 640}, color_scheme="dark")
    await press(phone.get_by_role("button", name="Forgot password?"))
    await phone.get_by_label("Username or email").fill("grace@example.test")
    await phone.get_by_label("Username or email").press("Enter")
    await expect(phone.get_by_text("on its way to its address")).to_be_visible()
    await phone.goto(await post.link("grace@example.test", 2))
    assert phone.url == f"{owner.url}/reset"  # the token is in no history
    await phone.get_by_label("New password").fill("password")
    await phone.get_by_label("New password").press("Enter")
    await expect(phone.get_by_text("first that would be guessed")).to_be_visible()
    await phone.get_by_label("New password").fill(NEW)
    await phone.get_by_label("New password").press("Enter")
    await expect(phone.get_by_role("heading", name="Your password is new")).to_be_visible()
    assert await phone.evaluate("document.documentElement.scrollWidth") <= 360


async def test_an_address_is_given_confirmed_and_changed_in_the_settings(
    owner: Api, post: PostOffice, enter: Enter, open_page: Open
) -> None:
    workspace = (await owner.get("/workspaces"))["items"][0]["id"]
    async with await join(owner, workspace, "henry") as henry:
        page = await enter(henry)
        await change(page, "henry@example.test")
        await expect(page.get_by_text("Open the link that was mailed to henry@example.test")).to_be_visible()
        letter = await open_page(await post.link("henry@example.test"))
        await press(letter.get_by_role("button", name="Confirm"))
        await expect(letter.get_by_text("belongs to the account @henry")).to_be_visible()

        await page.reload()
        await change(page, "hank@example.test", late=True)
        letter = await open_page(await post.link("hank@example.test"))
        await letter.get_by_role("button", name="Confirm").click()
        await expect(letter.get_by_text("belongs to the account @henry")).to_be_visible()
        back = await open_page(await post.link("henry@example.test", 2))
        await back.get_by_role("button", name="Take it back").click()
        await expect(back.get_by_text("henry@example.test")).to_be_visible()
        await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_who_has_not_confirmed_an_address_is_asked_to(
    owner: Api, post: PostOffice, open_page: Open
) -> None:
    workspace = (await owner.get("/workspaces"))["items"][0]["id"]
    invite = await owner.post(f"/workspaces/{workspace}/invites")
    page = await open_page(f"{owner.url}/join/{invite['token']}")
    await page.get_by_label("Your name").fill("Ida")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Email").fill("ida@example.test")
    await page.get_by_role("button", name="Join").click()
    banner = page.get_by_role("region", name="Your address")
    await expect(banner).to_contain_text("ida@example.test")
    await banner.get_by_role("button", name="Send it again").click()
    await expect(banner).to_contain_text("It was sent again")
    letter = await page.context.new_page()
    await letter.goto(await post.link("ida@example.test", 2))
    await letter.get_by_role("button", name="Confirm").click()
    await letter.get_by_role("button", name="Go to the chat").click()
    await in_the_chat(letter)
    await expect(letter.get_by_role("region", name="Your address")).not_to_be_visible()


async def change(page: Page, address: str, *, late: bool = False) -> None:
    await page.get_by_role("button", name="Your profile").click()
    await page.get_by_role("button", name="Change your email address").click()
    await page.get_by_label("New email address").fill(address)
    await page.get_by_label("Current password").fill(PASSWORD)
    if late:  # what was typed waits while the server asks who it is
        await stale(page, "/users/me/address")
    await page.get_by_role("button", name="Change", exact=True).click()
    if late:
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("A link was mailed there.")).to_be_visible()


async def test_letters_are_chosen_in_the_settings_and_ended_by_a_link(
    owner: Api, post: PostOffice, enter: Enter, open_page: Open
) -> None:
    workspace = (await owner.get("/workspaces"))["items"][0]["id"]
    async with await join(owner, workspace, "lena") as lena, await join(owner, workspace, "otto") as otto:
        await lena.put("/users/me/address", {"email": "lena@example.test", "current_password": PASSWORD})
        link = await post.link("lena@example.test")
        await lena.post("/auth/address/confirm", {"token": link.partition("#")[2]}, expect=200)
        page = await enter(lena)
        await page.get_by_role("button", name="Your profile").click()
        await page.get_by_role("button", name="Choose what I am told of").click()
        letters = page.get_by_role("region", name="Letters")
        await expect(letters.get_by_label("When")).to_have_value("15")
        await letters.get_by_label("When").select_option("At once")
        await expect(page.get_by_text("Saved.")).to_be_visible()
        await page.close()
        room = await otto.post(f"/workspaces/{workspace}/direct", {"users": [lena.user["id"]]})
        await away(lena, otto)
        await otto.post(f"/rooms/{room['id']}/messages", {"text": "Are you there?"})
        letter = await post.letter("lena@example.test", 2)
        unsubscribe = next(line for line in text_of(letter).split() if "/unsubscribe#" in line)
        phone = await open_page(unsubscribe, viewport={"width": 360, "height": 640}, color_scheme="dark")
        assert phone.url == f"{owner.url}/unsubscribe"
        assert (await lena.get("/users/me/letters"))["messages"] is True
        await press(phone.get_by_role("button", name="No more of them"))
        await expect(phone.get_by_role("heading", name="No more of these letters")).to_be_visible()
        assert (await lena.get("/users/me/letters"))["messages"] is False


async def away(person: Api, other: Api) -> None:
    """Until somebody who has closed the page is seen to be gone."""
    async with await Socket.of(other) as socket:
        answer = await socket.ask(op="presence", users=[person.user["id"]])
        if answer["users"] != {person.user["id"]: "offline"}:
            await socket.until(op="presence", users={person.user["id"]: "offline"})
