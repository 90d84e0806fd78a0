"""Limits in the web client, for who looks after the installation."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.workspaces import Workspace


async def test_the_owner_changes_a_limit_and_takes_it_back(workspace_sqlite: Workspace, enter: Enter) -> None:
    owner = workspace_sqlite.owner
    page = await enter(owner, f"/r/{await workspace_sqlite.room()}")
    await page.locator("button.workspace").click()
    await page.get_by_role("menuitem", name="Limits").click()
    dialog = page.get_by_role("dialog", name="Limits of this installation")
    await dialog.get_by_label("What is limited").select_option("search")
    many, seconds = dialog.get_by_label("How many"), dialog.get_by_label("In so many seconds")
    await expect(many).to_have_value("5")
    await expect(dialog.get_by_text("1 to 500 in 1 s; by itself 5")).to_be_visible()
    await many.fill("100000")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Between 1 and 500 in 1 s")).to_be_visible()
    await many.fill("10")
    await seconds.fill("2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("What is limited").locator("option:checked")).to_have_text(
        "search (changed)"
    )
    there = {limit["name"]: limit for limit in (await owner.get("/limits"))["items"]}
    assert (there["search"]["limit"], there["search"]["period_seconds"], there["search"]["burst"]) == (
        10,
        2,
        20,
    )
    await dialog.get_by_role("button", name="As it was by itself").click()
    await expect(many).to_have_value("5")
    await expect(dialog.get_by_role("button", name="As it was by itself")).to_have_count(0)


async def test_who_owns_nothing_is_not_shown_them(workspace_sqlite: Workspace, enter: Enter) -> None:
    page = await enter(await workspace_sqlite.member())
    await page.locator("button.workspace").click()
    await expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Limits")).to_have_count(0)
