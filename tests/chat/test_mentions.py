"""Mentions: whom a message names, who is told, and what is unread for them."""

from talkoot.chat.messages.mentioned import names_in
from tests.clients import Api, Json
from tests.workspaces import Workspace


async def a_room(workspace: Workspace, *people: Api) -> str:
    room = await workspace.room()
    for person in people:
        await person.post(f"/rooms/{room}/join", expect=204)
    return room


async def say(person: Api, room: str, text: str, **more: str) -> Json:
    sent: Json = await person.post(f"/rooms/{room}/messages", {"text": text, **more})
    return sent


async def named(person: Api, message: Json) -> list[tuple[str, str]]:
    """Kinds and names, which are the same alone and on the page."""
    alone = (await person.get(f"/messages/{message['id']}"))["mentions"]
    page = (await person.get(f"/rooms/{message['room']}/messages"))["items"]
    assert [each["mentions"] for each in page if each["id"] == message["id"]] == [alone]
    return [(each["kind"], each["name"]) for each in alone]


async def unread(person: Api, room: str) -> int:
    items = (await person.get("/unreads"))["items"]
    return next(int(item["mentions"]) for item in items if item["room"] == room)


def test_names_are_found_behind_an_at_but_not_in_code() -> None:
    found = names_in("@ann, @bob. (@cid) @ann @J\u00f6rg_x- *@dee*")
    assert found == ["ann", "bob", "cid", "J\u00f6rg_x", "dee"]
    assert names_in("mail ann@example.org, /@x, @@y, \\@z, @ , @-") == []
    assert names_in("`@ann` and ```\n@bob\n``` and @cid ``` @dee") == ["cid"]
    assert len(names_in(" ".join(f"@n{number}" for number in range(80)))) == 50
    for bomb in ("@" * 16_000, "`" * 16_000, "`@" * 8_000, "@a" * 8_000, "@a." * 5_000):
        assert len(names_in(bomb)) <= 50


async def test_who_is_named_is_told_and_has_it_unread(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    socket, name = await workspace.socket(member), member.user["username"]
    message = await say(owner, room, f"Look, @{name.upper()}!")
    assert message["mentions"] == [{"kind": "user", "id": member.user["id"], "name": name}]
    notice = await socket.until(op="notice", kind="notified")
    assert (notice["room"], notice["message"], notice["by"]) == (room, message["id"], owner.user["id"])
    log = (await owner.get(f"/rooms/{room}/events"))["events"]
    assert log[-1]["body"]["mentions"] == message["mentions"]
    assert await named(member, message) == [("user", name)]
    assert [await unread(person, room) for person in (owner, member, other)] == [0, 1, 0]
    await say(member, room, f"I, @{name}, look")  # one's own is not unread
    assert await unread(member, room) == 1
    read = await member.put(f"/rooms/{room}/read", {"seq": message["seq"] - 1})
    assert read["mentions"] == 1
    read = await member.put(f"/rooms/{room}/read", {"seq": message["seq"]})
    assert (read["mentions"], await unread(member, room)) == (0, 0)


async def test_edits_and_deletion_change_whom_a_message_names(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await a_room(workspace, member, other)
    one, two = (person.user["username"] for person in (member, other))
    await say(owner, room, "before")
    message = await say(owner, room, f"@{one}")
    assert [await unread(person, room) for person in (member, other)] == [1, 0]
    assert await named(member, message) == [("user", one)]
    socket = await workspace.socket(other)
    edited = await owner.patch(f"/messages/{message['id']}", {"text": f"@{two} and `@{one}`"})
    assert [each["name"] for each in edited["mentions"]] == [two]
    assert (await socket.until(op="notice", kind="notified"))["message"] == message["id"]
    assert [await unread(person, room) for person in (member, other)] == [0, 1]
    assert await named(member, message) == [("user", two)]
    await owner.patch(f"/messages/{message['id']}", {"text": "nobody"})
    assert await named(member, message) == []
    await owner.patch(f"/messages/{message['id']}", {"text": f"@{one} @{two}"})
    assert [await unread(person, room) for person in (member, other)] == [1, 1]
    await owner.delete(f"/messages/{message['id']}")
    assert [await unread(person, room) for person in (member, other)] == [0, 0]
    assert await named(member, message) == []
    assert "mentions" not in str(await member.get(f"/rooms/{room}/events"))


async def test_many_are_named_by_who_may(workspace: Workspace, member: Api) -> None:
    owner, guest = workspace.owner, await workspace.member("guest")
    room, people = await a_room(workspace, member, guest), f"/workspaces/{workspace.id}/members"
    role = {"name": "Fire Crew", "permissions": ["workspace.read", "room.read"]}
    await owner.post(f"/workspaces/{workspace.id}/roles", role)
    await owner.put(f"{people}/{member.user['id']}", {"role": "Fire Crew"}, expect=204)
    message = await say(owner, room, "@fire-crew: out!")
    assert await named(owner, message) == [("role", "Fire Crew")]
    assert [await unread(person, room) for person in (member, guest)] == [1, 0]
    everybody = await say(owner, room, "@room, and @here")
    assert await named(owner, everybody) == [("room", "room"), ("here", "here")]
    assert [await unread(person, room) for person in (member, guest)] == [2, 1]
    await owner.put(f"{people}/{guest.user['id']}", {"role": "guest"}, expect=204)
    quiet = await say(guest, room, f"@room @admin @{member.user['username']}")
    assert await named(owner, quiet) == [("user", member.user["username"])]


async def test_a_reply_names_people_too_and_strangers_are_not_named(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    owner, room = workspace.owner, await a_room(workspace, member)
    name = member.user["username"]
    root = await say(owner, room, f"@{stranger.user['username']} @nobody-here a@{name}")
    assert root["mentions"] == []
    reply = await say(owner, room, f"@{name}", thread=root["id"])
    assert len(reply["mentions"]) == 1
    assert await unread(member, room) == 1


async def test_who_may_not_read_the_room_is_not_told(workspace: Workspace, member: Api) -> None:
    owner, room = workspace.owner, await workspace.room(kind="private")
    socket = await workspace.socket(member)
    name = member.user["username"]
    hidden = await say(owner, room, f"Not for @{name}, nor for @{'x' * 20}")
    assert hidden["mentions"] == []  # nobody learns from it which of the two exists
    edited = await owner.patch(f"/messages/{hidden['id']}", {"text": f"Never for @{name}"})
    assert edited["mentions"] == []
    message = await say(owner, await a_room(workspace), f"For @{name}")
    told = await socket.until(op="notice", kind="notified")
    assert told["message"] == message["id"]  # the first one that came
