"""Being told that others reacted to what one wrote: together, until it is taken back or may not be read."""

import asyncio
import json
from collections.abc import Callable

from tests.chat.inboxes import inbox, told
from tests.chat.test_notifications import a_room, say
from tests.clients import PATIENCE, Api, Json, Socket
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

CROWN, HEART = "👑", "❤️"


async def react(person: Api, message: Json, emoji: str = HEART) -> None:
    await person.put(f"/messages/{message['id']}/reactions/{emoji}", expect=204)


async def until(person: Api, fits: Callable[[list[Json]], bool]) -> list[Json]:
    """Their notifications, once these are so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            items: list[Json] = (await inbox(person))["items"]
            if fits(items):
                return items
            await asyncio.sleep(0.05)


def who(items: list[Json]) -> list[tuple[int, list[str]]]:
    return [(each["reactors"]["count"], [user["id"] for user in each["reactors"]["users"]]) for each in items]


async def test_reactions_are_told_together_and_taken_back(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    socket = await workspace.socket(member)
    message = await say(member, room, "I did it")
    await react(member, message)  # one's own is no news
    await react(owner, message)
    (first,) = await told(member, message)
    assert (first["kind"], first["read"], who([first])) == ("reaction", False, [(1, [owner.user["id"]])])
    notice = await socket.until(op="notice", kind="notified")
    assert (notice["why"], notice["by"], notice["id"]) == ("reaction", owner.user["id"], first["id"])
    assert notice["quiet"] is True  # in the list alone, as long as nothing else is wanted
    await member.put("/notifications/read", {"ids": [first["id"]]}, expect=204)
    await react(other, message, CROWN)
    both = [(2, [other.user["id"], owner.user["id"]])]
    (second,) = await until(member, lambda items: who(items) == both and not items[0]["read"])
    assert (await inbox(member))["unread"] == 1
    assert second["id"] > first["id"]

    await socket.settled()
    await other.delete(f"/messages/{message['id']}/reactions/{CROWN}")
    changed = await socket.until(op="notice", kind="notifications.changed")
    assert changed["ids"] == [second["id"]]
    assert who((await inbox(member))["items"]) == [(1, [owner.user["id"]])]
    await owner.delete(f"/messages/{message['id']}/reactions/{HEART}")
    await socket.until(op="notice", kind="notifications.changed")
    assert (await inbox(member))["items"] == []


async def test_reading_the_room_reads_them_and_a_deleted_message_has_none(
    workspace: Workspace, member: Api
) -> None:
    room = await a_room(workspace, member)
    message = await say(member, room, "I did it")
    await react(workspace.owner, message)
    await told(member, message)
    head = (await member.get(f"/rooms/{room}"))["head"]
    await member.put(f"/rooms/{room}/read", {"seq": head})
    page = await inbox(member)
    assert (page["unread"], [each["read"] for each in page["items"]]) == (0, [True])
    await member.delete(f"/messages/{message['id']}")
    assert (await inbox(member))["items"] == []


async def notified(socket: Socket) -> list[str]:
    return [frame["id"] for frame in await socket.settled() if frame.get("kind") == "notified"]


async def all_looked_at(server: Talkoot, messages: list[Json]) -> None:
    """Wait until no job is about one of these messages any more."""
    waiting = (
        "SELECT payload FROM jobs WHERE kind = 'notifications.reacted' AND state IN ('ready', 'running')"
    )
    ids = {message["id"] for message in messages}
    async with asyncio.timeout(PATIENCE):
        while any(json.loads(row[0])["message"] in ids for row in await rows(server, waiting)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_who_may_not_read_has_left_or_wants_none_is_not_told(
    workspace: Workspace, member: Api, server: Talkoot
) -> None:
    owner, left, without = workspace.owner, await workspace.member("left"), await workspace.member("without")
    quiet = await workspace.member("quiet")
    room = await a_room(workspace, member, left, without, quiet)
    people = (member, left, without, quiet)
    messages = [await say(person, room, "I did it") for person in people]
    sockets = [await workspace.socket(person) for person in people]
    await react(owner, messages[0])
    await told(member, messages[0])
    deny = {
        "allow": False,
        "principal": "user",
        "principal_id": member.user["id"],
        "permissions": ["room.read"],
    }
    entries = (await owner.get(f"/rooms/{room}/acl"))["items"]
    kept = [{key: entry[key] for key in deny} for entry in entries]
    await owner.put(f"/rooms/{room}/acl", {"items": [deny, *kept]})
    assert (await inbox(member))["items"] == []  # at once, also of what they were told before
    await left.post(f"/rooms/{room}/leave", expect=204)
    await without.patch("/notifications/settings", {"reactions": "nothing"}, expect=204)
    await quiet.put(f"/rooms/{room}/notifications", {"muted": True}, expect=204)
    before = [await notified(socket) for socket in sockets]
    assert [len(heard) for heard in before] == [1, 0, 0, 0]
    for message in messages:
        await react(owner, message, CROWN)
    await all_looked_at(server, messages)
    assert [(await inbox(person))["items"] for person in people] == [[], [], [], []]
    assert [await notified(socket) for socket in sockets] == before


async def test_what_is_wanted_everywhere_is_kept_and_told(workspace: Workspace, member: Api) -> None:
    room, socket = await a_room(workspace, member), await workspace.socket(member)
    assert (await member.get("/notifications/settings"))["reactions"] == "here"
    await member.patch("/notifications/settings", {"reactions": "everywhere", "replies": False}, expect=204)
    await socket.until(op="notice", kind="notifications.settings")
    settings = await member.get("/notifications/settings")
    assert (settings["reactions"], settings["replies"]) == ("everywhere", False)
    await member.call("PATCH", "/notifications/settings", {"reactions": "loud"}, expect=422)
    message = await say(member, room, "I did it")
    await say(workspace.owner, room, "You did", thread=message["id"])
    await react(workspace.owner, message)
    assert (await socket.until(op="notice", kind="notified"))["quiet"] is False
    assert [each["kind"] for each in await told(member, message)] == ["reaction"]  # and of no reply
