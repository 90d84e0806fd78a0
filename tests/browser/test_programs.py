"""Bots and host applications in the web client: on a phone, in the dark, by keyboard."""

import asyncio
import re
import uuid

from joserfc.jwk import OctKey
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Enter
from tests.browser.screen import choose, press
from tests.browser.test_access import an_admin
from tests.browser.test_looks import PHONE, violations
from tests.clients import Api
from tests.tokens.bots import DEPLOY, with_command
from tests.tokens.hosts import Host
from tests.workspaces import Workspace


async def dialog_of(enter: Enter, workspace: Workspace, room: str, name: str) -> tuple[Page, Locator]:
    """The dialog with this name, opened from the menu by somebody who administers the workspace."""
    admin = await an_admin(workspace)
    page = await enter(admin, f"/r/{room}", color_scheme="dark", viewport=PHONE)
    await page.get_by_role("button", name="Rooms", exact=True).click()
    await choose(page, page.locator(".top .workspace"), name)
    return page, page.get_by_role("dialog", name=name)


async def test_a_bot_is_made_gets_a_token_for_one_room_and_is_removed(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    garden, shed = await workspace_sqlite.room("garden"), await workspace_sqlite.room("shed")
    page, dialog = await dialog_of(enter, workspace_sqlite, garden, "Bots")
    await dialog.get_by_label("Display name").fill("Deploys")
    await dialog.get_by_label("Username").fill(f"bot{uuid.uuid4().hex[:8]}")
    await press(dialog.get_by_role("button", name="Make a bot"))
    tokens = dialog.get_by_role("region", name="Access tokens")
    await tokens.get_by_label("Name of the token").fill("host 1")
    await tokens.get_by_role("checkbox", name="Write").check()
    await tokens.get_by_role("radio", name="Only in some places").check()
    await expect(tokens.get_by_role("button", name="Make a token")).to_be_disabled()
    room = (await workspace_sqlite.owner.get(f"/rooms/{garden}"))["name"]
    await tokens.get_by_role("checkbox", name=room, exact=True).check()
    assert await violations(page) == []
    await press(tokens.get_by_role("button", name="Make a token"))
    shown = tokens.get_by_label("New token")
    await expect(shown).to_be_focused()
    await expect(tokens.get_by_text(f"only in {room}")).to_be_visible()
    async with Api(workspace_sqlite.owner.url, await shown.input_value()) as program:
        await program.post(f"/rooms/{garden}/join", expect=204)
        assert await program.refusal("GET", f"/rooms/{shed}") == (404, "not_found")
        await dialog.get_by_label("Display name").fill("Builds")
        await press(dialog.get_by_role("button", name="Save"))
        await expect(dialog.get_by_role("option", name="Builds")).to_be_attached()
        await press(dialog.get_by_role("button", name="Switch off"))
        await expect(dialog.get_by_text("It is off, and has no tokens.")).to_be_visible()
        assert (await program.ask("GET", "/users/me")).status_code == 401
    await press(dialog.get_by_role("button", name="Delete", exact=True))
    await press(dialog.get_by_role("button", name="Delete it for good"))
    await expect(dialog.get_by_role("button", name="Make a bot")).to_be_visible()
    assert (await workspace_sqlite.owner.get(f"/workspaces/{workspace_sqlite.id}/bots"))["items"] == []


async def test_an_application_is_registered_and_loses_its_secret(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    garden = await workspace_sqlite.room("garden")
    page, dialog = await dialog_of(enter, workspace_sqlite, garden, "Applications")
    room = (await workspace_sqlite.owner.get(f"/rooms/{garden}"))["name"]
    await dialog.get_by_label("Name").fill("Shop")
    await dialog.get_by_role("checkbox", name=room, exact=True).check()
    await expect(dialog.get_by_label("Signs in nobody above")).to_have_value("moderator")
    assert await violations(page) == []
    await press(dialog.get_by_role("button", name="Register"))
    secret = dialog.get_by_label("Secret", exact=True)
    await expect(secret).to_be_focused()
    path = f"/workspaces/{workspace_sqlite.id}/applications"
    (made,) = (await workspace_sqlite.owner.get(path))["items"]
    assert (made["rooms"], made["roles"]) == ([garden], ["member"])
    await expect(dialog.get_by_text(made["audience"], exact=True)).to_be_visible()
    assert await violations(page) == []
    first = await secret.input_value()
    host = Host(workspace_sqlite.owner.url, made, OctKey.import_key(first))
    await (await host.come(rooms=[garden])).close()
    await press(dialog.get_by_role("button", name="Another secret"))
    await expect(secret).not_to_have_value(re.compile(f"^{re.escape(first)}$"))
    assert await host.refused(host.sign())
    await press(dialog.get_by_role("button", name="Switch off"))
    await expect(dialog.get_by_role("button", name="Switch on")).to_be_visible()
    await press(dialog.get_by_role("button", name="Delete", exact=True))
    await press(dialog.get_by_role("button", name="Delete it for good"))
    await expect(dialog.get_by_role("button", name="Register")).to_be_visible()
    assert (await workspace_sqlite.owner.get(path))["items"] == []


async def test_what_a_bot_can_do_is_listed_when_it_is_known(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room = await workspace_sqlite.room("docks")
    made, bot = await with_command(workspace_sqlite, room)
    await bot.put(f"/workspaces/{workspace_sqlite.id}/bots/{made['id']}/commands/undo", DEPLOY)
    await bot.close()
    page, dialog = await dialog_of(enter, workspace_sqlite, room, "Bots")
    await page.route("**/commands", lambda route: route.fulfill(status=503, body=""), times=1)
    await dialog.get_by_role("combobox", name="Bot", exact=True).select_option(label="Deploys")
    commands = dialog.get_by_role("region", name="Commands")
    await expect(commands.get_by_role("alert")).to_be_visible()
    await expect(commands.get_by_text("It has none.")).to_have_count(0)
    await expect(commands.get_by_role("listitem")).to_have_count(0)
    await dialog.get_by_role("combobox", name="Bot", exact=True).select_option(label="A new bot …")
    await dialog.get_by_role("combobox", name="Bot", exact=True).select_option(label="Deploys")
    await expect(commands).to_contain_text("service [version]")
    assert await violations(page) == []
    await remove_both(dialog, commands)


async def test_who_goes_on_while_a_command_is_removed_keeps_the_focus(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room = await workspace_sqlite.room("docks")
    made, bot = await with_command(workspace_sqlite, room)
    await bot.put(f"/workspaces/{workspace_sqlite.id}/bots/{made['id']}/commands/undo", DEPLOY)
    await bot.close()
    page, dialog = await dialog_of(enter, workspace_sqlite, room, "Bots")
    chosen = dialog.get_by_role("combobox", name="Bot", exact=True)
    name = dialog.get_by_label("Display name")
    await chosen.select_option(label="Deploys")
    goes_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    await page.route("**/commands/*", hold)
    for command, leaves in (("undo", False), ("deploy", True)):
        goes_on.clear()
        await press(dialog.get_by_role("button", name=f"Remove /{command}", exact=True))
        await press(dialog.get_by_role("button", name=f"Yes, remove /{command}"))
        if leaves:
            await chosen.select_option(label="A new bot …")
        await name.focus()
        async with page.expect_event("requestfinished", lambda each: each.method == "DELETE"):
            goes_on.set()
        if not leaves:
            await expect(dialog.get_by_text("/undo was removed.")).to_be_attached()
        await page.evaluate("new Promise(requestAnimationFrame)")
        await expect(name).to_be_focused()


async def remove_both(dialog: Locator, commands: Locator) -> None:
    """The commands /deploy and /undo, the second while the bot is off; each is asked for first."""
    remove = commands.get_by_role("button", name="Remove /deploy", exact=True)
    sure = commands.get_by_role("button", name="Yes, remove /deploy")
    await press(remove)
    await expect(sure).to_be_focused()
    await sure.press("Shift+Tab")
    await remove.dblclick()
    await expect(sure).to_be_visible()
    await expect(commands.get_by_role("listitem")).to_have_count(2)
    await press(sure)
    await expect(commands.get_by_role("status")).to_have_text("/deploy was removed.")
    last = commands.get_by_role("button", name="Remove /undo", exact=True)
    await expect(last).to_be_focused()
    await press(dialog.get_by_role("button", name="Switch off"))
    await expect(commands).to_contain_text("It is off: nobody can run them")
    await press(last)
    await press(commands.get_by_role("button", name="Yes, remove /undo"))
    empty = commands.get_by_text("It has none.")
    await expect(empty.locator("..")).to_be_focused()
