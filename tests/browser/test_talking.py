"""Two people in a room: what one does, the other sees at once."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, connected, message, messages, say, sidebar_link, tell, texts
from tests.clients import Api
from tests.workspaces import Workspace


async def two_in_a_room(workspace: Workspace) -> tuple[Api, Api, str]:
    """Ann and Bob, in a room of their own."""
    room = await workspace.room("garden")
    ann, bob = await workspace.member("ann"), await workspace.member("bob")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    return ann, bob, room


async def test_two_people_talk_edit_and_delete(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")
    await say(hers, "Who has the **ladder**?")
    await expect(message(his, "Who has the").locator("strong")).to_have_text("ladder")
    await say(his, "I do.\n<img src=x onerror=alert(1)>")
    await expect(message(hers, "I do.")).to_contain_text("<img src=x")
    await say(hers, "Good!")
    await expect(message(his, "Good!")).to_be_visible()
    for page in (hers, his):
        assert len(await texts(page)) == 3

    # Arrow up in the empty box edits what one said last.
    await composer(hers).press("ArrowUp")
    box = hers.get_by_label("Edit the message")
    await expect(box).to_have_value("Good!")
    await box.fill("Very good!")
    await box.press("Enter")
    await message(his, "Very good!").get_by_role("button", name="(edited)").click()
    versions = his.get_by_role("dialog").get_by_role("list", name="Versions").get_by_role("listitem")
    await expect(versions).to_contain_text(["Very good!", "Good!"])
    await his.keyboard.press("Escape")
    await expect(versions).to_have_count(0)

    await message(hers, "Very good!").hover()
    await hers.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    await hers.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(messages(his).last).to_contain_text("This message was deleted.")
    await expect(message(his, "Very good!")).to_have_count(0)
    # One may not touch what another said.
    await message(hers, "I do.").hover()
    await expect(hers.get_by_role("toolbar").get_by_role("button", name="Copy link")).to_be_visible()
    await expect(hers.get_by_role("toolbar").get_by_role("button", name="Edit")).to_have_count(0)


async def test_typing_and_presence_are_seen(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    hers = await enter(ann, f"/r/{room}")
    await hers.get_by_role("button", name="People", exact=True).click()
    row = hers.get_by_role("list", name="Members").get_by_role("listitem").filter(has_text="Bob")
    await expect(row.get_by_title("offline")).to_be_visible()
    his = await enter(bob, f"/r/{room}")
    await expect(row.get_by_title("online")).to_be_visible()

    await connected(his)
    await composer(his).press_sequentially("Well,")
    typing = hers.get_by_test_id("typing")
    await expect(typing).to_have_text(re.compile(r"^Bob.* is typing…$"))
    await composer(his).press("Enter")
    await expect(message(hers, "Well,")).to_be_visible()
    await expect(typing).to_have_text("")
    await his.context.close()
    await expect(row.get_by_title("offline")).to_be_visible()


async def test_unread_messages_are_counted_until_they_are_read(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    elsewhere = await workspace_sqlite.room("elsewhere")
    await ann.post(f"/rooms/{elsewhere}/join", expect=204)
    page = await enter(ann, f"/r/{elsewhere}")
    second = await enter(ann, f"/r/{elsewhere}")
    await connected(page)
    await connected(second)
    await tell(bob, room, "one", "two")
    for shown in (page, second):
        await expect(sidebar_link(shown, "garden")).to_contain_text("2 unread")
        await expect(shown).to_have_title(re.compile(r"^\(2\) "))
    await sidebar_link(page, "garden").click()
    await expect(page.get_by_text("New messages", exact=True).locator("visible=true")).to_be_visible()
    await expect(message(page, "two")).to_be_visible()
    for shown in (page, second):
        await expect(sidebar_link(shown, "garden")).not_to_contain_text("unread")
        await expect(shown).to_have_title(re.compile(r"^[^(]"))
    assert [each["unread"] for each in (await ann.get("/unreads"))["items"] if each["room"] == room] == [0]


async def test_a_thread_has_its_own_place(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    [root] = await tell(ann, room, "Shall we plant beans?")
    await tell(bob, room, "Yes", thread=root["id"])
    page = await enter(ann, f"/r/{room}")
    await message(page, "Shall we").get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_have_count(2)
    await thread.get_by_label("Reply in thread").fill("On Sunday")
    await thread.get_by_label("Reply in thread").press("Enter")
    await expect(message(page, "Shall we").get_by_role("button", name="2 replies")).to_be_visible()
    await expect(message(page, "On Sunday")).to_have_count(0)
    await tell(bob, room, "Fine", thread=root["id"])
    await expect(thread.get_by_role("article").last).to_contain_text("Fine")


async def test_rooms_are_made_found_joined_and_left(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")
    await hers.get_by_role("button", name="Create a room").click()
    await hers.get_by_label("Name").fill("beehives")
    await hers.get_by_label("Private.").check()
    await hers.get_by_role("button", name="Create", exact=True).click()
    await expect(hers.get_by_role("heading", level=1, name="beehives")).to_be_visible()
    await his.get_by_role("button", name="Browse rooms").click()
    await expect(his.get_by_role("dialog").get_by_role("button", name="Open garden")).to_be_visible()
    await expect(his.get_by_role("dialog").get_by_text("beehives")).to_have_count(0)
    await his.keyboard.press("Escape")

    await hers.get_by_role("button", name="People", exact=True).click()
    await hers.get_by_role("button", name="Add people").click()
    await hers.get_by_role("button", name=re.compile("^Add Bob")).click()
    await expect(sidebar_link(his, "beehives")).to_be_visible()
    await sidebar_link(his, "beehives").click()
    await say(his, "Bzz")
    await expect(message(hers, "Bzz")).to_have_count(1)

    await his.get_by_role("button", name="Room menu").click()
    await his.get_by_role("menuitem", name="Leave the room").click()
    await expect(sidebar_link(his, "beehives")).to_have_count(0)


async def test_a_direct_message_begins_at_a_profile(enter: Enter, workspace_sqlite: Workspace) -> None:
    ann, bob, room = await two_in_a_room(workspace_sqlite)
    await tell(bob, room, "Here I am")
    hers, his = await enter(ann, f"/r/{room}"), await enter(bob, f"/r/{room}")
    await connected(his)
    await message(hers, "Here I am").get_by_role("button", name=re.compile("^Bob")).click()
    await hers.get_by_role("button", name="Send a direct message").click()
    await expect(hers.get_by_role("heading", level=1, name=re.compile("^Bob"))).to_be_visible()
    await say(hers, "Between us")
    await sidebar_link(his, "Ann").click()
    await expect(message(his, "Between us")).to_be_visible()
