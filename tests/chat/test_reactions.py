"""Reactions: what is under a message, in which order, for whom, and what the log says of it."""

import re
import uuid
from typing import Any
from urllib.parse import quote

import msgspec

from talkoot.chat.messages.reacted import with_reaction
from talkoot.chat.reactions.emoji import one_emoji
from tests.clients import Api, Json
from tests.workspaces import Workspace
from tools.emoji_list import LIST

THUMB, HEART = "\N{THUMBS UP SIGN}", "\N{HEAVY BLACK HEART}\ufe0f"


def path(message: Json, emoji: str) -> str:
    return f"/messages/{message['id']}/reactions/{quote(emoji, safe='')}"


async def a_message(workspace: Workspace, *people: Api, **more: Any) -> Json:
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    said: Json = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "React!", **more})
    return said


async def shown(person: Api, message: Json) -> list[tuple[str, int, list[str]]]:
    """The reactions, which are the same alone and on the page."""
    alone = (await person.get(f"/messages/{message['id']}"))["reactions"]
    page = (await person.get(f"/rooms/{message['room']}/messages"))["items"]
    assert [item["reactions"] for item in page if item["id"] == message["id"]] == [alone]
    return [(each["emoji"], each["count"], each["users"]) for each in alone]


async def log_of(person: Api, room: str) -> list[Json]:
    events: list[Json] = (await person.get(f"/rooms/{room}/events"))["events"]
    return events


async def test_reactions_stand_in_the_order_in_which_they_came(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    me, them = owner.user["id"], member.user["id"]
    await shown(member, message)  # the page is remembered from here on, and follows the events
    await member.put(path(message, THUMB), expect=204)
    await owner.put(path(message, HEART), expect=204)
    await owner.put(path(message, THUMB), expect=204)
    assert await shown(member, message) == [(THUMB, 2, [them, me]), (HEART, 1, [me])]
    await member.delete(path(message, THUMB))
    assert await shown(member, message) == [(THUMB, 1, [me]), (HEART, 1, [me])]
    await owner.delete(path(message, THUMB))
    assert await shown(member, message) == [(HEART, 1, [me])]
    await member.put(path(message, THUMB), expect=204)
    assert await shown(member, message) == [(HEART, 1, [me]), (THUMB, 1, [them])]
    people = (await member.get(f"/messages/{message['id']}/reactions"))["items"]
    assert [(each["emoji"], each["mine"], [user["id"] for user in each["users"]]) for each in people] == [
        (HEART, False, [me]),
        (THUMB, True, [them]),
    ]


async def test_what_is_there_already_is_no_second_event(workspace: Workspace, member: Api) -> None:
    message = await a_message(workspace, member)
    socket = await workspace.socket(member, message["room"])
    one, two = str(uuid.uuid4()), str(uuid.uuid4())
    ask = {"message": message["id"], "emoji": THUMB}
    first = await socket.ask(op="react", cid=one, **ask)
    told = await socket.event("reaction.added")
    assert told["sender"] == member.user["id"]
    assert told["body"] == {**ask, "count": 1, "users": [member.user["id"]]}
    assert (first["seq"], first["id"], first["dup"]) == (told["seq"], told["id"], False)
    await member.put(path(message, THUMB), expect=204)
    for again in (await socket.ask(op="react", cid=one, **ask), await socket.ask(op="react", **ask)):
        assert again == {**first, "ref": again["ref"], "dup": True, "cid": again["cid"]}
    other = await socket.ask(op="react", cid=one, message=message["id"], emoji=HEART)
    assert (other["op"], other["code"]) == ("nack", "conflict")
    gone = await socket.ask(op="unreact", cid=two, **ask)
    assert (gone["op"], gone["dup"], gone["seq"]) == ("ack", False, first["seq"] + 1)
    again = await socket.ask(op="unreact", cid=two, **ask)
    assert (again["dup"], again["seq"]) == (True, gone["seq"])
    nothing = await socket.ask(op="unreact", **ask)
    assert (nothing["dup"], nothing["seq"]) == (True, message["seq"])
    late = await socket.ask(op="react", cid=one, **ask)  # a retry that was on its way for long
    assert (late["dup"], late["seq"]) == (True, first["seq"])
    await member.delete(path(message, THUMB))
    types = [event["type"] for event in await log_of(member, message["room"])]
    assert types[-3:] == ["message.created", "reaction.added", "reaction.removed"]
    assert await shown(member, message) == []


async def test_only_emoji_are_reactions_and_each_is_written_in_one_way(workspace_sqlite: Workspace) -> None:
    owner, message = workspace_sqlite.owner, await a_message(workspace_sqlite)
    same = {
        HEART: ["\u2764", "\u2764\ufe0f"],
        THUMB: [THUMB, f"{THUMB}\ufe0f"],
        f"{THUMB}\U0001f3fd": [f"{THUMB}\U0001f3fd"],  # a skin tone
        "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468": ["\U0001f469\u200d\u2764\u200d\U0001f468"],
        "\U0001f3f3\ufe0f\u200d\U0001f308": ["\U0001f3f3\u200d\U0001f308"],  # a flag made of two
        "\U0001f1eb\U0001f1ee": ["\U0001f1eb\U0001f1ee"],  # a flag of two letters
        "#\ufe0f\u20e3": ["#\u20e3", "#\ufe0f\u20e3"],  # a key
    }
    for written in same.values():
        for emoji in written:
            await owner.put(path(message, emoji), expect=204)
    assert [emoji for emoji, *_ in await shown(owner, message)] == [*same]
    other = [
        "a",
        "1",
        "\u00a9x",
        f"{THUMB}{THUMB}",
        f"{THUMB} ",
        "\u200d",
        "\ufe0f",
        "\U0001f1eb",
        "\U0001f3fd",
    ]
    other += [":thumbsup:", f"{THUMB}\u200d{THUMB}", "<b>", "\u0301", "x" * 500]
    for emoji in other:
        refused = await owner.ask("PUT", path(message, emoji))
        assert refused.status_code == 422, emoji
        assert refused.json()["errors"][0]["code"] == "not_an_emoji", emoji
    assert len(await shown(owner, message)) == len(same)


def test_the_picker_offers_what_is_taken() -> None:
    listed = [
        entry for group in re.findall(r'"([^"]*\|[^"]*)"', LIST.read_text()) for entry in group.split("|")
    ]
    emoji = [entry.split(" ")[0].removeprefix("+") for entry in listed]
    assert len(emoji) > 1800
    assert [one_emoji(each) for each in emoji] == emoji
    marked = [each for each, entry in zip(emoji, listed, strict=True) if entry[0] == "+"]
    toned = [each[0] + "\U0001f3fd" + each[1:].removeprefix("\ufe0f") for each in marked]
    assert [one_emoji(each) for each in toned] == toned


async def test_emoji_under_a_message_are_not_without_end(workspace_sqlite: Workspace) -> None:
    people = [workspace_sqlite.owner, *[await workspace_sqlite.member() for _ in range(2)]]
    message = await a_message(workspace_sqlite, *people[1:])
    faces = [chr(0x1F600 + n) for n in range(21)]
    for number, face in enumerate(faces[:20]):
        await people[number // 10].put(path(message, face), expect=204)
    for person, face in ((people[0], faces[19]), (people[2], faces[20])):
        assert await person.refusal("PUT", path(message, face)) == (409, "too_many")
    await people[2].put(path(message, faces[0]), expect=204)  # what is there already takes no room
    await people[0].delete(path(message, faces[1]))
    await people[2].put(path(message, faces[20]), expect=204)
    assert [emoji for emoji, *_ in await shown(people[0], message)] == [faces[0], *faces[2:]]


async def test_a_deleted_message_loses_them_in_the_log_too(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    await member.put(path(message, THUMB), expect=204)
    await member.put(path(message, HEART), expect=204)
    await member.delete(path(message, HEART))
    await owner.delete(f"/messages/{message['id']}")
    assert await shown(member, message) == []
    assert (await member.get(f"/messages/{message['id']}/reactions"))["items"] == []
    about = [event["body"] for event in await log_of(member, message["room"]) if "reaction" in event["type"]]
    empty = {"message": message["id"], "text": "", "thread": None, "deleted": True}
    assert about == [empty] * 3
    assert await member.refusal("PUT", path(message, THUMB)) == (404, "not_found")
    await member.delete(path(message, THUMB))


async def test_replies_have_them_and_nothing_is_unread_for_them(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    reply = await owner.post(
        f"/rooms/{message['room']}/messages", {"text": "Here too", "thread": message["id"]}
    )

    async def unread() -> list[int]:
        items = (await owner.get("/unreads"))["items"]
        return [item["unread"] for item in items if item["room"] == message["room"]]

    before = await unread()
    await member.put(path(reply, THUMB), expect=204)
    thread = (await owner.get(f"/messages/{message['id']}/thread"))["items"]
    assert [[each["emoji"] for each in item["reactions"]] for item in thread] == [[], [THUMB]]
    assert await unread() == before


async def test_who_may_not_react_reads_on_and_takes_their_own_back(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    await member.put(path(message, THUMB), expect=204)
    entries = f"/rooms/{message['room']}/acl"
    kept = [
        {name: each[name] for name in ("allow", "principal", "principal_id", "permissions")}
        for each in (await owner.get(entries))["items"]
    ]
    no = {
        "allow": False,
        "principal": "user",
        "principal_id": member.user["id"],
        "permissions": ["room.react"],
    }
    await owner.put(entries, {"items": [no, *kept]})
    assert (await member.ask("PUT", path(message, HEART))).status_code == 403
    await member.post(f"/rooms/{message['room']}/messages", {"text": "I may write"})
    await member.delete(path(message, THUMB))
    for method in ("PUT", "DELETE"):
        assert (await stranger.ask(method, path(message, THUMB))).status_code == 404
    assert (await stranger.ask("GET", f"/messages/{message['id']}/reactions")).status_code == 404
    assert await shown(owner, message) == []


async def test_who_is_banned_leaves_reactions_and_adds_none(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    await member.put(path(message, THUMB), expect=204)
    sanction = f"/rooms/{message['room']}/sanctions/{member.user['id']}"
    await owner.put(f"{sanction}/mute", {})
    assert (await member.ask("PUT", path(message, HEART))).status_code == 403
    await owner.put(f"{sanction}/ban", {})
    assert (await member.ask("PUT", path(message, HEART))).status_code == 404
    assert await shown(owner, message) == [(THUMB, 1, [member.user["id"]])]


async def test_what_was_known_and_the_events_are_what_is_there(workspace: Workspace, member: Api) -> None:
    owner, message = workspace.owner, await a_message(workspace, member)
    faces = [THUMB, HEART, "\U0001f600"]
    for number in range(24):
        person, face = (owner, member)[number % 2], faces[number * 7 % 3]
        method = "PUT" if number % 5 < 3 else "DELETE"
        assert (await person.ask(method, path(message, face))).status_code == 204
    known: bytes = b"[]"
    for event in await log_of(member, message["room"]):
        if event["type"].startswith("reaction."):
            known = with_reaction(msgspec.Raw(known), event["body"])
    assert msgspec.json.decode(known) == (await owner.get(f"/messages/{message['id']}"))["reactions"]
    await shown(owner, message)


async def test_of_many_the_first_are_named_and_all_are_counted(workspace_sqlite: Workspace) -> None:
    people = [await workspace_sqlite.member() for _ in range(22)]
    message = await a_message(workspace_sqlite, *people)
    for person in people:
        await person.put(path(message, THUMB), expect=204)
    ids = [person.user["id"] for person in people]
    assert await shown(people[0], message) == [(THUMB, 22, ids[:20])]
    await people[0].delete(path(message, THUMB))
    await people[21].delete(path(message, THUMB))
    assert await shown(people[0], message) == [(THUMB, 20, ids[1:21])]
    (everybody,) = (await people[20].get(f"/messages/{message['id']}/reactions"))["items"]
    assert ([user["id"] for user in everybody["users"]], everybody["mine"]) == (ids[1:21], True)
