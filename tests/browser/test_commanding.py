"""Commands in the web client: a list with keys, what it does itself, and what bots answer to one alone."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, connected, message, press, say, texts
from tests.browser.test_looks import violations
from tests.tokens.bots import with_command
from tests.workspaces import Workspace

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "color_scheme": "dark"}


async def proposed(page: Page) -> list[str]:
    """The names in the list of commands."""
    return (
        await page.get_by_role("listbox", name="Commands")
        .get_by_role("option")
        .locator("b")
        .all_inner_texts()
    )


async def toast(page: Page, text: str) -> None:
    await expect(page.get_by_role("status").filter(has_text=text).first).to_be_visible()


async def test_commands_are_chosen_with_keys(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, ann = await workspace_sqlite.room("harbour"), await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    box, listed = composer(page), page.get_by_role("listbox", name="Commands")
    await box.press_sequentially("/")
    await expect(listed).to_be_visible()
    assert "/topic" not in await proposed(page), "she may not"
    assert {"/dnd", "/invite", "/leave", "/poll", "/shrug"} <= {*await proposed(page)}
    await box.press("Escape")
    await expect(listed).to_be_hidden()
    await box.press_sequentially("s")
    await expect(listed).to_be_visible()
    assert await proposed(page) == ["/search", "/shrug", "/status"]
    await box.press("ArrowDown")
    await expect(listed.get_by_role("option", selected=True)).to_contain_text("/shrug")
    await box.press("Tab")
    await expect(box).to_have_value("/shrug ")
    await expect(listed).to_be_hidden()
    await box.press_sequentially("So it is")
    await box.press("Enter")
    await expect(message(page, "So it is ¯\\_(ツ)_/¯")).to_be_visible()


async def test_what_is_no_command_is_not_sent_by_mistake(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, ann = await workspace_sqlite.room("harbour"), await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    await connected(page)
    box = composer(page)
    await say(page, "/dploy web")
    await toast(page, "There is no command /dploy. To send this as text, begin with //")
    await expect(box).to_have_value("/dploy web")
    await say(page, "/topic Rain")
    await toast(page, "You may not use /topic here: ask who looks after this room.")
    await say(page, "//leave is a command")
    await say(page, "/etc/hosts is a file")
    await expect(message(page, "/etc/hosts is a file")).to_be_visible()
    assert await texts(page) == ["/leave is a command", "/etc/hosts is a file"]
    await say(page, "/poll Where to sail?")
    dialog = page.get_by_role("dialog", name="Make a poll")
    await expect(dialog.get_by_label("Question")).to_have_value("Where to sail?")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(box).to_have_value("")
    await say(page, "/leave")
    await expect(box).to_have_count(0)
    assert (await ann.get(f"/rooms/{room}"))["member"] is False


async def test_what_the_client_does_itself_is_done(enter: Enter, workspace_sqlite: Workspace) -> None:
    owner, ann = workspace_sqlite.owner, await workspace_sqlite.member("ann")
    room = await workspace_sqlite.room("bridge")
    page = await enter(owner, f"/r/{room}")
    await connected(page)
    await say(page, "/topic Wind and rain")
    await expect(page.get_by_role("main").get_by_text("Wind and rain").first).to_be_visible()
    await say(page, f"/invite @{ann.user['username']} ")
    await toast(page, "now in this room")
    assert (await ann.get(f"/rooms/{room}"))["member"] is True
    await say(page, "/invite @nobody.at.all ")
    await toast(page, "Nobody here is called @nobody.at.all.")
    await composer(page).fill("")
    await say(page, "/status 🎧 Listening")
    await expect(composer(page)).to_have_value("")
    shown = await ann.get(f"/users/{owner.user['id']}/status")
    assert (shown["emoji"], shown["text"]) == ("🎧", "Listening")
    await say(page, "/status clear")
    await expect(composer(page)).to_have_value("")
    assert (await ann.get(f"/users/{owner.user['id']}/status"))["text"] is None


async def test_pauses_and_mutes_are_typed(enter: Enter, workspace_sqlite: Workspace) -> None:
    owner, ann = workspace_sqlite.owner, await workspace_sqlite.member("ann")
    room = await workspace_sqlite.room("bridge")
    page = await enter(owner, f"/r/{room}")
    await connected(page)
    await say(page, "/dnd 2h")
    await toast(page, "Notifications are paused.")
    assert (await ann.get(f"/users/{owner.user['id']}/status"))["quiet_until"] is not None
    await say(page, "/dnd soon")
    await toast(page, "Say for how long")
    await say(page, "/dnd off")
    await toast(page, "You are notified again.")
    for command, muted in (("/mute", True), ("/unmute", False)):
        await say(page, command)
        await expect(composer(page)).to_have_value("")
        rooms = (await owner.get("/notifications/settings"))["rooms"]
        assert {each["room"]: each["muted"] for each in rooms}.get(room, False) is muted
    await say(page, f"/dm @{ann.user['username']} ")
    await expect(page.get_by_role("textbox", name=ann.user["display_name"])).to_be_visible()


async def choose_with_finger(page: Page) -> None:
    """Begin to write the command, and take it from the list."""
    await composer(page).press_sequentially("/de")
    option = page.get_by_role("listbox", name="Commands").get_by_role("option", name="/deploy")
    await expect(option).to_contain_text("service [version]")
    await option.tap()
    await expect(composer(page)).to_have_value("/deploy ")


async def test_a_bot_answers_to_one_alone(enter: Enter, workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room("docks")
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    _, bot = await with_command(workspace_sqlite, room)
    async with bot:
        page, other = await enter(ann, f"/r/{room}", **PHONE), await enter(bob, f"/r/{room}")
        await connected(other)
        await choose_with_finger(page)
        await composer(page).press_sequentially("web 1.2")
        await composer(page).press("Enter")
        answers = page.get_by_role("log", name="Answers of bots").get_by_role("article", name="/deploy")
        await expect(answers).to_contain_text("is at it")
        await expect(composer(page)).to_have_value("")
        (waits,) = (await bot.get("/invocations"))["items"]
        assert (waits["args"], waits["user"]["id"]) == ("web 1.2", ann.user["id"])
        await bot.put(f"/invocations/{waits['id']}/answer", {"text": "It is **out**."}, expect=204)
        await expect(answers).to_contain_text("It is out.")
        await page.reload()
        await expect(answers).to_contain_text("It is out.")
        for text in ("It is out.", "web 1.2"):
            await expect(other.get_by_text(text)).to_have_count(0)
        await press(answers.get_by_role("button", name="Take it away"))
        await expect(answers).to_have_count(0)
        await page.reload()
        await expect(composer(page)).to_be_visible()
        await expect(answers).to_have_count(0)


async def test_what_a_bot_says_last_is_seen_and_goes_by_a_key(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, ann = await workspace_sqlite.room("docks"), await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    _, bot = await with_command(workspace_sqlite, room)
    async with bot:
        page = await enter(ann, f"/r/{room}", **PHONE)
        answers = page.get_by_role("log", name="Answers of bots").get_by_role("article", name="/deploy")
        for number in range(2):
            await say(page, f"/deploy web {number}")
            await expect(answers.nth(number)).to_contain_text("is at it")
            await expect(answers.nth(number)).to_be_in_viewport(ratio=1)
            (waits,) = (await bot.get("/invocations"))["items"]
            long = {"text": "\n\n".join(["It is out."] * 20)}
            await bot.put(f"/invocations/{waits['id']}/answer", long, expect=204)
            await expect(answers.nth(number)).to_contain_text("It is out.")
            await expect(answers.nth(number).get_by_text(f"web {number}")).to_be_in_viewport()
        assert await violations(page) == []
        await press(answers.nth(1).get_by_role("button", name="Take it away"))
        await expect(answers).to_have_count(1)
        await expect(composer(page)).to_be_focused()


async def test_a_toast_on_a_phone_leaves_what_is_new_in_sight(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    room, ann = await workspace_sqlite.room("docks"), await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    _, bot = await with_command(workspace_sqlite, room)
    await bot.close()
    page = await enter(ann, f"/r/{room}", **PHONE)
    await say(page, "The newest of all")
    newest = message(page, "The newest of all")
    await expect(newest).to_be_visible()
    await say(page, "/deploy web")
    answer = page.get_by_role("log", name="Answers of bots").get_by_role("article", name="/deploy")
    await expect(answer).to_be_visible()
    await say(page, "/dnd soon")
    shown = page.get_by_role("status").get_by_text("Say for how long")
    top, bottom = await edges(shown)
    assert bottom <= min((await edges(newest))[0], (await edges(answer))[0])
    assert top >= (await edges(page.get_by_role("main").get_by_role("heading", level=1)))[1]


async def edges(part: Locator) -> tuple[float, float]:
    """Where it begins and ends, from the top."""
    box = await part.bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


async def test_what_is_chosen_stands_out_in_the_dark_too(enter: Enter, workspace_sqlite: Workspace) -> None:
    room, ann = await workspace_sqlite.room("harbour"), await workspace_sqlite.member("ann")
    await ann.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}", color_scheme="dark")
    await composer(page).press_sequentially("/")
    listed = page.get_by_role("listbox", name="Commands")
    chosen = await color(listed.get_by_role("option", selected=True))
    apart = [abs(one - other) for one, other in zip(chosen, await color(listed), strict=True)]
    assert max(apart) > 10, (chosen, apart)


async def color(part: Locator) -> list[int]:
    """Red, green and blue of what is behind it."""
    told: str = await part.evaluate("each => getComputedStyle(each).backgroundColor")
    return [int(each) for each in re.findall(r"\d+", told)][:3]
