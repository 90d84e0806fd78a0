"""Files that wait for the scanner, and those that nobody gets, as people see them."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, say
from tests.browser.test_files import choose
from tests.browser.test_looks import PHONE, violations
from tests.clients import join, set_up
from tests.conftest import Serve
from tests.scans import INFECTED, WORDS
from tests.servers.clamd import Clamd

FOUND = "A virus was found in it"


async def test_waiting_is_shown_and_of_what_is_infected_its_name(
    serve: Serve, enter: Enter, clamd: Clamd
) -> None:
    talkoot = serve("sqlite", files_scan=clamd.unix)
    owner, workspace = await set_up(talkoot.url)
    async with owner, await join(owner, workspace["id"], "bob") as bob:
        room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
        hers = await enter(owner, f"/r/{room}")
        his = await enter(bob, f"/r/{room}", color_scheme="dark", viewport=PHONE)
        clamd.pause()
        try:
            await choose(hers, ("plan.txt", WORDS), ("accounts-of-last-year.pdf", INFECTED))
            await say(hers, "For tomorrow")
            seen = message(his, "For tomorrow")
            await expect(seen.get_by_text("Being checked for viruses")).to_have_count(2)
            await expect(seen.get_by_role("link")).to_have_count(0)
            assert await violations(his) == []
        finally:
            clamd.resume()
        await expect(seen.get_by_role("link", name="plan.txt")).to_be_visible()
        gone = seen.get_by_role("status").filter(has_text="accounts-of-last-year.pdf")
        await expect(gone).to_contain_text(FOUND)
        await expect(seen.get_by_role("link")).to_have_count(1)
        await expect(hers.get_by_text(f"{FOUND}, and it was deleted: accounts")).to_be_visible()
        assert await violations(his) == []
        await his.reload()
        await expect(gone).to_contain_text(FOUND)
        await refused_before_it_is_sent(hers)


async def refused_before_it_is_sent(page: Page) -> None:
    """What is found before is said beside the file, which has to be taken out."""
    await choose(page, ("more.pdf", INFECTED))
    chosen = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chosen.get_by_role("alert")).to_contain_text(FOUND)
    await expect(chosen.get_by_role("button", name="Try again")).to_have_count(0)
    send = page.get_by_role("button", name="Send", exact=True)
    await expect(send).to_be_disabled()
    await chosen.get_by_role("button", name="Remove more.pdf").focus()
    await page.keyboard.press("Enter")
    await expect(chosen).to_have_count(0)
