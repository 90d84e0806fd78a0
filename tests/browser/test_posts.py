"""A blog in the web client: written, looked at, published, commented on and taken back."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.posts.blogs import at, blog, draft, published
from tests.workspaces import Workspace


async def test_a_post_is_written_published_and_commented_on(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    room = await blog(workspace_sqlite, ann, bob)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")
    await expect(his.get_by_test_id("posts")).to_contain_text("Nothing has been published yet.")

    await hers.get_by_role("button", name="Write a post").click()
    dialog = hers.get_by_role("dialog", name="Write a post")
    await dialog.get_by_label("Title").fill("On rain")
    await dialog.get_by_label("Text").fill("It *rains* a lot.")
    await dialog.get_by_label("Tags").fill("Rain, Weather")
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog.get_by_test_id("preview").locator("em")).to_have_text("rains")
    await dialog.get_by_role("button", name="Save the draft").click()
    await hers.get_by_role("dialog", name="Edit the post").press("Escape")
    await expect(hers.get_by_role("region", name="Not published")).to_contain_text("On rain")
    await expect(his.get_by_role("list", name="Posts")).not_to_contain_text("On rain")

    await hers.get_by_role("button", name="On rain").click()
    await hers.get_by_role("dialog", name="Edit the post").get_by_role("button", name="Publish").click()
    card = his.get_by_role("article").filter(has_text="On rain")
    await expect(card).to_contain_text("It rains a lot.")
    await expect(card.get_by_role("button", name="Edit")).to_have_count(0)
    await expect(hers.get_by_role("region", name="Not published")).to_have_count(0)

    await card.get_by_role("button", name="0 comments").click()
    thread = his.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("heading", name="On rain")).to_be_visible()
    await thread.get_by_role("textbox").fill("So it does")
    await thread.get_by_role("textbox").press("Enter")
    await expect(hers.get_by_role("button", name="1 comment")).to_be_visible()
    path = await card.get_by_role("link", name="Its page").get_attribute("href")
    await his.goto(f"{bob.url}{path}")
    await expect(his.locator("#comments")).to_contain_text("So it does")


async def test_what_was_taken_back_leaves_the_list(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await blog(workspace_sqlite)
    await published(workspace_sqlite.owner, room)
    page = await enter(workspace_sqlite.owner, f"/r/{room}")
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_role("list", name="Posts")).to_contain_text("Nothing has been published yet.")
    await expect(page.get_by_role("region", name="Not published")).to_contain_text("taken back")


async def test_a_post_of_two_is_put_off_compared_and_taken_back(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    owner, bob = workspace_sqlite.owner, await workspace_sqlite.member("bob")
    room = await blog(workspace_sqlite, bob)
    post = await published(owner, room, text="It rains.\nA lot.")
    page = await enter(owner, f"/r/{room}")
    await page.get_by_role("button", name="Edit", exact=True).click()
    editor = page.get_by_role("dialog", name="Edit the post")
    await editor.get_by_label("Text").fill("It rains.\nNot at all.")
    await editor.get_by_label("Co-authors").fill(bob.user["username"])
    await editor.get_by_label("Co-authors").press("Enter")
    await expect(editor.get_by_role("list", name="Co-authors")).to_contain_text(bob.user["display_name"])
    await editor.get_by_label("Comments are open").uncheck()
    await editor.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("article").first).to_contain_text(bob.user["display_name"])
    found = await bob.get(at(post))
    assert (found["may_edit"], found["comments_open"]) == (True, False)

    await editor.get_by_role("button", name="Versions").click()
    versions = page.get_by_role("dialog", name="Versions of")
    await versions.get_by_role("button", name="Compare with now").last.click()
    await expect(versions.get_by_label("Version 1 and now")).to_contain_text("Only then: A lot.")
    await versions.get_by_role("button", name="Take it back").last.click()
    await expect(editor.get_by_label("Text")).to_have_value("It rains.\nA lot.")
    await editor.get_by_role("button", name="Take it back").click()

    await page.get_by_role("button", name="On rain").click()
    await editor.get_by_text("Publish later").click()
    await editor.get_by_role("button", name="Publish it then").click()
    await expect(editor.get_by_role("status")).to_contain_text("It will be published")
    await editor.press("Escape")
    waiting = page.get_by_role("region", name="Not published")
    await expect(waiting).to_contain_text("to be published")
    assert (await bob.get(at(post)))["publish_at"] is not None


async def test_who_was_named_takes_their_name_off(enter: Enter, workspace_sqlite: Workspace) -> None:
    owner, bob = workspace_sqlite.owner, await workspace_sqlite.member("bob")
    room, named = await blog(workspace_sqlite, bob), [bob.user["id"]]
    page = await enter(bob, f"/r/{room}")
    await expect(page.get_by_text("Nothing has been published yet.")).to_be_visible()
    waiting = await draft(owner, room, "On snow", co_authors=named)
    await expect(page.get_by_text("You were named as co-author of a post.")).to_be_visible()
    post = await published(owner, room, co_authors=named)
    shown = page.get_by_role("article").first
    await expect(shown).to_contain_text(bob.user["display_name"])
    drafts = page.get_by_role("region", name="Not published")
    await expect(drafts).to_contain_text("On snow")
    await shown.get_by_role("button", name="Take my name off On rain").click()
    await shown.get_by_role("button", name="Yes, take it off On rain").click()
    await expect(page.get_by_text("You are not named as its author any more.")).to_be_visible()
    await expect(shown).not_to_contain_text(bob.user["display_name"])
    await drafts.get_by_role("button", name="Take my name off On snow").press("Enter")
    await drafts.get_by_role("button", name="Yes, take it off On snow").press("Enter")
    await expect(drafts).to_have_count(0)
    for each in (waiting, post):
        assert (await owner.get(at(each)))["co_authors"] == []


async def test_held_comments_stand_above_the_posts(enter: Enter, workspace_sqlite: Workspace) -> None:
    owner, bob = workspace_sqlite.owner, await workspace_sqlite.member("bob")
    room = await blog(workspace_sqlite, bob)
    post = await published(owner, room)
    await owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    comment = {"text": "So it does", "thread": post["message"]}
    await bob.post(f"/rooms/{room}/messages", comment, expect=202)
    page = await enter(owner, f"/r/{room}")
    held = page.get_by_role("region", name="Comments to review")
    await held.get_by_role("button", name="1 comment waits for you").click()
    await held.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("button", name="1 comment", exact=True)).to_be_visible()
