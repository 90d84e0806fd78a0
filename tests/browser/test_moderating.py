"""A message waits for a moderator: its author sees that, nobody else sees it, and then everybody does."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import message, messages, say, tell
from tests.workspaces import Workspace


async def test_a_held_message_waits_and_is_approved_with_another_text(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room = await workspace_sqlite.room("garden")
    ann, moderator = await workspace_sqlite.member("ann"), await workspace_sqlite.member("mo")
    for person in (ann, moderator):
        await person.post(f"/rooms/{room}/join", expect=204)
    path = f"/workspaces/{workspace_sqlite.id}/members/{moderator.user['id']}"
    await workspace_sqlite.owner.put(path, {"role": "moderator"}, expect=204)
    hers, theirs = await enter(ann, f"/r/{room}"), await enter(moderator, f"/r/{room}")
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Rules").click()
    await theirs.get_by_label("A moderator sees every message first").check()
    await theirs.get_by_role("button", name="Save", exact=True).click()
    await expect(theirs.get_by_role("dialog")).to_have_count(0)

    await say(hers, "Buy my ladder")
    await expect(hers.get_by_text("Waiting for a moderator")).to_be_visible()
    await expect(theirs.get_by_title("For moderators to decide")).to_have_text("1")
    await expect(hers.get_by_title("For moderators to decide")).to_have_count(0)
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Moderation").click()
    await expect(messages(theirs)).to_have_count(0)
    await theirs.get_by_label("Text of").fill("I sell a ladder")
    await theirs.get_by_role("button", name="Approve").click()
    await expect(theirs.get_by_text("Nothing waits.")).to_be_visible()
    for page in (hers, theirs):
        await expect(message(page, "I sell a ladder")).to_be_visible()
    await expect(hers.get_by_text("Waiting for a moderator")).to_have_count(0)
    await _changes(hers, theirs)
    await _rejects(hers, theirs)


async def _changes(hers: Page, theirs: Page) -> None:
    """What is to be edited is as it was until a moderator has seen it; its author sees that it waits."""
    await theirs.keyboard.press("Escape")
    await message(hers, "I sell a ladder").focus()
    await hers.keyboard.press("e")
    await hers.get_by_label("Edit the message").fill("I give a ladder away")
    await hers.keyboard.press("Enter")
    await expect(hers.get_by_text("This change waits for a moderator")).to_be_visible()
    await expect(message(theirs, "I sell a ladder")).to_be_visible()
    await hers.reload()  # it is known to the server, and not to this page alone
    await expect(hers.get_by_text("This change waits for a moderator")).to_be_visible()
    await expect(theirs.get_by_title("For moderators to decide")).to_have_text("1")
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Moderation").click()
    await expect(theirs.get_by_label("What it says now")).to_have_text("I sell a ladder")
    await theirs.get_by_role("button", name="Approve").click()
    await expect(theirs.get_by_text("Nothing waits.")).to_be_visible()
    for page in (hers, theirs):
        await expect(message(page, "I give a ladder away")).to_be_visible()
    await expect(hers.get_by_text("This change waits for a moderator")).to_have_count(0)


async def _rejects(hers: Page, theirs: Page) -> None:
    """Who was rejected asks for another look, once."""
    await say(hers, "Buy my spade")
    await expect(hers.get_by_text("Waiting for a moderator")).to_be_visible()
    await theirs.keyboard.press("Escape")
    await expect(theirs.get_by_title("For moderators to decide")).to_have_text("1")  # and not two
    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Moderation").click()
    await theirs.get_by_label("Reason, if it is rejected").fill("No trade here")
    await theirs.get_by_role("button", name="Reject").click()
    await expect(hers.get_by_text("No trade here")).to_be_visible()
    await hers.get_by_role("button", name="Appeal").click()
    await hers.get_by_label("Why this should be looked at again").fill("It is a gift.")
    await hers.get_by_role("dialog").get_by_role("button", name="Appeal").click()
    await expect(hers.get_by_text("Another moderator will look at it")).to_be_visible()
    await expect(hers.get_by_text("No trade here")).to_have_count(0)


async def test_what_is_reported_is_decided_on_and_who_is_muted_appeals(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    workspace = workspace_sqlite
    room = await workspace.room("garden")
    ann, rude, mo = [await workspace.member(name) for name in ("ann", "rude", "mo")]
    for person in (ann, rude, mo):
        await person.post(f"/rooms/{room}/join", expect=204)
    path = f"/workspaces/{workspace.id}/members/{mo.user['id']}"
    await workspace.owner.put(path, {"role": "moderator"}, expect=204)
    await tell(rude, room, "You are all fools")
    hers, his, theirs = [await enter(person, f"/r/{room}") for person in (ann, rude, mo)]

    await message(hers, "fools").focus()
    await hers.keyboard.press("f")
    await hers.get_by_label("What is wrong").select_option("harassment")
    await hers.get_by_label("In your words").fill("This is not kind.")
    await hers.get_by_role("button", name="Report", exact=True).click()
    await expect(hers.get_by_text("Thank you. Moderators will look at it")).to_be_visible()

    await theirs.get_by_role("button", name="Room menu").click()
    await theirs.get_by_role("menuitem", name="Moderation").click()
    await theirs.get_by_role("tab", name="To review").press("ArrowRight")
    await expect(theirs.get_by_role("tab", name="Reports")).to_be_focused()
    reports = theirs.get_by_role("list", name="Reports")
    await expect(reports).to_contain_text("Harassment: This is not kind.")
    await reports.get_by_label("Reason for what you do").fill("Be kind")
    await reports.get_by_role("button", name="Mute for an hour").click()
    await expect(theirs.get_by_text("Nothing was reported.")).to_be_visible()
    await expect(hers.get_by_text("Moderators have handled what you reported.")).to_be_visible()
    await _appeals(his, theirs)
    await _moderates(theirs)
    await workspace.owner.put(f"/workspaces/{workspace.id}/sanctions/{rude.user['id']}/ban", {"reason": "x"})
    await his.goto(f"{rude.url}/")
    await expect(his.get_by_text("You are banned in")).to_be_visible()
    await expect(his.get_by_role("button", name="Appeal")).to_be_visible()


async def _appeals(his: Page, theirs: Page) -> None:
    """Who is muted asks; who decided first leaves it to another, and lifts it then."""
    await his.get_by_role("button", name="Your profile").click()
    await his.get_by_label("Why this should be looked at again").fill("I am sorry.")
    await his.get_by_role("button", name="Appeal").click()
    await expect(his.get_by_text("You have appealed")).to_be_visible()
    await theirs.get_by_role("tab", name="Muted and banned").click()
    await expect(theirs.get_by_role("list", name="Muted and banned")).to_contain_text("is muted until")
    await theirs.get_by_role("tab", name="Appeals").click()
    await theirs.get_by_role("button", name="Accept").click()
    await expect(theirs.get_by_text("You decided first")).to_be_visible()
    await theirs.get_by_role("tab", name="Muted and banned").click()
    await theirs.get_by_role("button", name="Lift the mute").click()
    await expect(theirs.get_by_text("Nobody is muted or banned here.")).to_be_visible()
    await theirs.keyboard.press("Escape")


async def _moderates(theirs: Page) -> None:
    """Out of the room, with all that they wrote in it."""
    await message(theirs, "fools").get_by_role("button", name="Rude").first.click()
    await theirs.get_by_role("button", name="Moderate", exact=True).click()
    await theirs.get_by_role("combobox").first.select_option("kick")
    await theirs.get_by_label("Where").select_option("room")
    await theirs.get_by_label("Delete what they wrote there").select_option("all")
    await theirs.get_by_role("button", name="Kick", exact=True).click()
    await expect(messages(theirs).get_by_text("deleted")).to_be_visible()
