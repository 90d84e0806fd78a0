"""Signing in with a provider, in a real browser and against a real one."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Enter, Open
from tests.browser.test_looks import violations
from tests.clients import Api, join, set_up
from tests.servers.molds import with_tables
from tests.servers.oidc_provider import OidcProvider
from tests.servers.talkoot import Talkoot

FILE = """
[providers.company]
name = "The company"
issuer = "{issuer}"
client_id = "talkoot"
client_secret = "a-secret-between-the-two-of-them-0123456789"
scopes = ["openid", "profile", "email", "groups"]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    server = OidcProvider()
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def company(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talkoot]:
    folder = tmp_path_factory.mktemp("company")
    (folder / "providers.toml").write_text(FILE.format(issuer=provider.url))
    settings = {
        "identity_providers": str(folder / "providers.toml"),
        "outgoing_networks": "127.0.0.0/8",
    }
    talkoot = with_tables(Talkoot(folder / "data", **settings)).start()
    provider.register(talkoot.url, "company")
    yield talkoot
    talkoot.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(company: Talkoot) -> AsyncIterator[Api]:
    owner, _ = await set_up(company.url)
    async with owner:
        yield owner


async def agree(page: Page, name: str) -> None:
    """Be this person at the provider, and let it tell about oneself."""
    await page.locator("input[name=login]").fill(name)
    await page.locator("input[name=password]").fill("anything")
    await page.locator("button[type=submit]").click()
    await page.get_by_role("button", name="Continue").click()


async def in_the_chat(page: Page) -> None:
    await expect(page.get_by_role("main").get_by_role("heading", level=1, name="general")).to_be_visible()


async def test_a_newcomer_signs_in_with_a_provider_and_is_signed_out_by_it(
    owner: Api, provider: OidcProvider, open_page: Open
) -> None:
    page = await open_page(owner.url)
    await page.get_by_role("button", name="Sign in with The company").click()
    await agree(page, "grace")
    await in_the_chat(page)
    assert page.url.startswith(owner.url)
    grace = await page.evaluate("fetch('/api/v1/users/me').then((answer) => answer.json())")
    assert (grace["username"], grace["display_name"], grace["email"]) == (
        "grace",
        "Grace Provided",
        "grace@example.org",
    )
    # The cookie of the sign-in is gone, that of the session is out of reach of scripts.
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies(owner.url)}
    assert cookies["talkoot"]["httpOnly"]
    assert "talkoot-sign-in" not in cookies
    # At the provider she signs out: it tells the server, and her open page stands at the door again.
    elsewhere = await page.context.new_page()
    await elsewhere.goto(f"{provider.url}/session/end")
    await elsewhere.get_by_role("button", name="Yes").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_who_declines_at_the_provider_is_told_so_at_the_door(owner: Api, open_page: Open) -> None:
    page = await open_page(owner.url)
    await page.get_by_role("button", name="Sign in with The company").click()
    await page.get_by_role("link", name="Cancel").click()
    await expect(page.get_by_text("The provider did not agree")).to_be_visible()
    assert page.url == f"{owner.url}/"


async def test_an_identity_is_linked_and_unlinked_in_the_settings(
    owner: Api, open_page: Open, enter: Enter
) -> None:
    workspace = (await owner.get("/workspaces"))["items"][0]["id"]
    async with await join(owner, workspace, "henry") as henry:
        page = await enter(henry)
        await open_settings(page)
        await page.get_by_role("button", name="Link The company").click()
        await agree(page, "hank")
        await expect(page.get_by_text("linked to your account")).to_be_visible()
        await open_settings(page)
        await expect(page.get_by_text("hank@example.org")).to_be_visible()

        other = await open_page(henry.url)
        await other.get_by_role("button", name="Sign in with The company").click()
        await agree(other, "hank")
        await in_the_chat(other)
        me = await other.evaluate("fetch('/api/v1/users/me').then((answer) => answer.json())")
        assert me["id"] == henry.user["id"]

        await page.get_by_role("button", name="Unlink The company").click()
        await expect(page.get_by_text("hank@example.org")).not_to_be_visible()
        await expect(page.get_by_role("button", name="Link The company")).to_be_visible()


async def test_what_a_group_gives_is_said_in_the_workspace_and_given_at_the_sign_in(
    owner: Api, open_page: Open, enter: Enter
) -> None:
    page = await enter(owner)
    await page.locator(".top .workspace").click()
    await page.get_by_role("menuitem", name="Groups of providers").click()
    dialog = page.get_by_role("dialog", name="Groups of providers")
    await dialog.get_by_label("Group or role at the provider").fill("team-ida")
    await dialog.get_by_label("Gives the role").select_option("guest")
    await dialog.get_by_role("checkbox", name="random").check()
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("button", name="Delete the rule")).to_be_visible()
    # Her team makes her a guest, of that one room.
    other = await open_page(owner.url)
    await other.get_by_role("button", name="Sign in with The company").click()
    await agree(other, "ida")
    await expect(other.get_by_role("main").get_by_role("heading", level=1, name="random")).to_be_visible()
    rooms = other.get_by_role("navigation", name="Rooms")
    await expect(rooms.get_by_role("link", name="general")).to_have_count(0)


async def open_settings(page: Page) -> None:
    await page.get_by_role("button", name="Your profile").click()
