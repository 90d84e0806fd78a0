"""Servers die and pages are loaded again in mid-conversation: nothing is lost, nothing is there twice."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.screen import composer, connected, message, messages, say, tell, texts
from tests.clients import Api, join, set_up
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace


async def general(person: Api, workspace: str) -> str:
    """The room `general` of a workspace."""
    rooms = await person.get(f"/workspaces/{workspace}/rooms")
    return next(str(room["id"]) for room in rooms["items"] if room["name"] == "general")


async def history(person: Api, room: str) -> list[str]:
    """What the server has, in order."""
    page = await person.get(f"/rooms/{room}/messages", limit=200)
    return [message["text"] for message in page["items"]]


async def test_a_killed_server_loses_and_doubles_nothing(talkoot_sqlite: Talkoot, enter: Enter) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    bob = await join(owner, workspace["id"], "bob")
    async with owner, bob:
        room = await general(owner, workspace["id"])
        hers, his = await enter(owner), await enter(bob)
        await connected(hers)
        await connected(his)
        said: list[str] = []
        for number in range(12):
            said.append(f"hers {number}")
            await say(hers, said[-1])
            if number == 3:
                await asyncio.to_thread(talkoot_sqlite.kill)
            if number == 6:
                await expect(hers.get_by_text("Reconnecting…", exact=False)).to_be_visible()
                await asyncio.to_thread(talkoot_sqlite.start)
        # Both wait their random while before they come back.
        await expect(messages(his)).to_have_count(12, timeout=40_000)
        await expect(messages(hers)).to_have_count(12, timeout=40_000)
        await expect(hers.get_by_text("Reconnecting…", exact=False)).to_have_count(0)
        assert await history(owner, room) == said
        assert await texts(hers) == said
        assert await texts(his) == said
        await say(his, "I have read it all.")
        await expect(message(hers, "I have read it all.")).to_have_count(1)


async def test_what_was_written_outlives_a_reload(enter: Enter, workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    page = await enter(person, f"/r/{room}")
    await connected(page)
    # The answers of the server never come, so nothing is acknowledged when the page goes.
    await page.route_web_socket("**/api/v1/ws", lambda _: None)
    await page.reload()
    await say(page, "kept by this browser")
    await composer(page).fill("a draft")
    await page.unroute_all()
    another = await page.context.new_page()
    await page.close()
    await another.goto(f"{person.url}/r/{room}")
    await expect(message(another, "kept by this browser")).to_have_count(1)
    await expect(composer(another)).to_have_value("a draft")
    assert await history(person, room) == ["kept by this browser"]


async def test_a_page_that_was_away_catches_up_with_a_long_absence(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    ann, bob = await workspace_sqlite.member("ann"), await workspace_sqlite.member("bob")
    room = await workspace_sqlite.room()
    for person in (ann, bob):
        await person.post(f"/rooms/{room}/join", expect=204)
    page = await enter(ann, f"/r/{room}")
    await connected(page)
    await tell(bob, room, "before")
    await expect(message(page, "before")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("Reconnecting…", exact=False)).to_be_visible()
    # More than a subscription replays: the page must read the log itself.
    socket = await workspace_sqlite.socket(bob)
    for number in range(320):
        assert (await socket.send(room, f"missed {number}"))["op"] == "ack"
    await page.context.set_offline(False)
    await expect(message(page, "missed 319")).to_be_visible(timeout=40_000)
    await page.get_by_test_id("timeline").evaluate("box => box.scrollTop = box.scrollHeight")
    shown = await texts(page)
    assert shown[-200:] == [f"missed {number}" for number in range(120, 320)]
    assert len(shown) == len(set(shown))


async def test_a_revoked_session_shows_the_door(enter: Enter, workspace_sqlite: Workspace) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    page = await enter(person, f"/r/{room}")
    await connected(page)
    sessions = await person.get("/auth/sessions")
    for session in sessions["items"]:
        if session["kind"] == "cookie":
            await person.delete(f"/auth/sessions/{session['id']}")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await expect(page.get_by_text("Your session has ended.")).to_be_visible()


async def test_who_is_taken_out_of_a_room_sees_it_no_longer(
    enter: Enter, workspace_sqlite: Workspace
) -> None:
    person = await workspace_sqlite.member()
    room = await workspace_sqlite.room("board", kind="private")
    await workspace_sqlite.owner.put(f"/rooms/{room}/members/{person.user['id']}", expect=204)
    await tell(workspace_sqlite.owner, room, "a secret")
    page = await enter(person, f"/r/{room}")
    await expect(message(page, "a secret")).to_be_visible()
    await connected(page)
    await workspace_sqlite.owner.delete(f"/rooms/{room}/members/{person.user['id']}")
    await expect(message(page, "a secret")).to_have_count(0)
    await expect(page.get_by_role("navigation", name="Rooms").get_by_text("board")).to_have_count(0)


async def test_a_restart_is_a_short_pause(talkoot_sqlite: Talkoot, enter: Enter) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner:
        page = await enter(owner)
        await connected(page)
        await say(page, "before the restart")
        await expect(message(page, "before the restart")).to_be_visible()
        await asyncio.to_thread(talkoot_sqlite.restart)
        await say(page, "after the restart")
        await expect(message(page, "after the restart")).to_have_count(1, timeout=40_000)
        await connected(page)
        assert await texts(page) == ["before the restart", "after the restart"]
