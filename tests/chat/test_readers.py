"""Who has read what in small rooms: shared with those who share it themselves, and with nobody else."""

import asyncio

from tests.clients import Api, Json, set_up
from tests.conftest import Serve
from tests.locked_tables import locked
from tests.workspaces import Workspace

CHOICE = "/users/me/reads"


async def names(person: Api, message: Json) -> list[str]:
    answer = await person.get(f"/messages/{message['id']}/read-by")
    return [user["id"] for user in answer["items"]] if answer["shared"] else ["not shared"]


async def test_readers_are_shared_with_the_members_of_a_small_room(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    owner, other, late = workspace.owner, await workspace.member("other"), await workspace.member("late")
    room = await workspace.room()
    for person in (member, other):
        await person.post(f"/rooms/{room}/join", expect=204)
    first = await owner.post(f"/rooms/{room}/messages", {"text": "first"})
    here, elsewhere = await workspace.socket(owner), await workspace.socket(owner)
    outside = await workspace.socket(late)  # may read the room, and is no member
    answer = await here.ask(op="readers", room=room)
    mine, theirs, last = (person.user["id"] for person in (member, other, late))
    assert (answer["shared"], set(answer["readers"])) == (True, {mine, theirs})
    assert await outside.ask(op="readers", room=room) | {"ref": 0} == {
        "op": "readers",
        "room": room,
        "shared": False,
        "readers": {},
        "ref": 0,
    }
    assert await names(owner, first) == []
    await member.put(f"/rooms/{room}/read", {"seq": first["seq"]})
    told = await here.until(op="readers", room=room)
    while told["readers"][mine]["seq"] < first["seq"]:
        told = await here.until(op="readers", room=room)
    assert await names(owner, first) == await names(other, first) == [mine]
    assert await names(member, first) == []  # oneself is not named
    assert await names(late, first) == ["not shared"]
    assert await stranger.refusal("GET", f"/messages/{first['id']}/read-by") == (404, "not_found")
    assert await stranger.refusal("GET", f"/rooms/{room}/readers") == (404, "not_found")

    # Who came later has not read what was said before.
    await late.post(f"/rooms/{room}/join", expect=204)
    assert await names(owner, first) == [mine]
    listed = await owner.get(f"/rooms/{room}/readers")
    assert listed["readers"][last]["since"] > first["ts"]
    reply = await member.post(f"/rooms/{room}/messages", {"text": "reply", "thread": first["id"]})
    assert await names(owner, reply) == ["not shared"]
    for silent in (elsewhere, outside):  # with whom it was not shared asks again
        assert not [frame for frame in await silent.settled() if frame["op"] == "readers"]


async def test_who_does_not_share_sees_nothing(workspace: Workspace, member: Api) -> None:
    owner, other = workspace.owner, await workspace.member("other")
    room = await workspace.room()
    for person in (member, other):
        await person.post(f"/rooms/{room}/join", expect=204)
    said = await owner.post(f"/rooms/{room}/messages", {"text": "said"})
    quiet = await workspace.socket(member)
    assert (await quiet.ask(op="readers", room=room))["shared"] is True
    assert await member.get(CHOICE) == {"share": True}
    await member.patch(CHOICE, {"share": False})
    assert await member.get(CHOICE) == {"share": False}
    for person in (member, other):
        await person.put(f"/rooms/{room}/read", {"seq": said["seq"]})
    frame = await quiet.until(op="readers", room=room)
    assert (frame["shared"], frame["readers"]) == (False, {})
    assert await names(owner, said) == [other.user["id"]]
    assert await names(member, said) == ["not shared"]
    assert await member.get(f"/rooms/{room}/readers") == {"shared": False, "readers": {}}
    await member.patch(CHOICE, {"share": True})
    assert set(await names(owner, said)) == {other.user["id"], member.user["id"]}


async def test_a_workspace_does_without_and_access_ends_it(workspace: Workspace, member: Api) -> None:
    owner = workspace.owner
    room = await workspace.room(kind="private")
    seat = f"/rooms/{room}/members/{member.user['id']}"
    await owner.put(seat, expect=204)
    said = await owner.post(f"/rooms/{room}/messages", {"text": "said"})
    socket = await workspace.socket(member)
    assert (await socket.ask(op="readers", room=room))["shared"] is True
    assert await member.refusal("PATCH", f"/workspaces/{workspace.id}", {"read_by": False}) == (
        403,
        "forbidden",
    )
    assert (await owner.patch(f"/workspaces/{workspace.id}", {"read_by": False}))["read_by"] is False
    assert await names(owner, said) == ["not shared"]
    assert (await owner.patch(f"/workspaces/{workspace.id}", {"read_by": True}))["read_by"] is True
    assert await names(owner, said) == []

    await owner.delete(seat)
    await owner.put(f"/rooms/{room}/read", {"seq": said["seq"]})
    watching = await workspace.socket(owner)
    await watching.ask(op="readers", room=room)
    assert member.user["id"] not in (await owner.get(f"/rooms/{room}/readers"))["readers"]
    assert (await socket.ask(op="readers", room=room))["code"] == "not_found"
    heard = [frame for frame in await socket.settled() if frame["op"] == "readers"]
    assert all(frame["readers"] == {} for frame in heard)


async def test_a_choice_is_told_at_once_to_those_who_have_a_room_open(
    workspace: Workspace, member: Api
) -> None:
    owner, room = workspace.owner, await workspace.room()
    elsewhere = await workspace.room()
    await member.post(f"/rooms/{room}/join", expect=204)
    here, theirs = await workspace.socket(owner), await workspace.socket(member)
    away = await workspace.socket(owner)
    for socket, at in ((here, room), (theirs, room), (away, elsewhere)):
        assert (await socket.ask(op="readers", room=at))["shared"] is True
    await member.patch(CHOICE, {"share": False})
    told = await here.until(op="readers")
    assert (told["shared"], told["readers"]) == (True, {})
    told = await theirs.until(op="readers")
    assert (told["shared"], told["readers"]) == (False, {})
    await member.patch(CHOICE, {"share": True})
    assert (await here.until(op="readers"))["readers"].keys() == {member.user["id"]}
    assert not [frame for frame in await away.settled() if frame["op"] == "readers"]
    await owner.patch(f"/workspaces/{workspace.id}", {"read_by": False})
    for socket, at in ((here, room), (away, elsewhere)):
        told = await socket.until(op="readers")
        assert (told["room"], told["shared"], told["readers"]) == (at, False, {})


async def test_who_loses_access_while_the_answer_is_read_is_told_nothing(serve: Serve) -> None:
    talkoot = serve("postgresql", readers="8")
    owner, made = await set_up(talkoot.url)
    async with owner, Workspace(owner, made) as workspace:
        member, room = await workspace.member(), await workspace.room(kind="private")
        seat = f"/rooms/{room}/members/{member.user['id']}"
        await owner.put(seat, expect=204)
        said = await owner.post(f"/rooms/{room}/messages", {"text": "said"})
        assert await member.get(f"/rooms/{room}")  # what they may do is known from here on
        watching, socket = await workspace.socket(owner), await workspace.socket(member)
        assert (await watching.ask(op="readers", room=room))["shared"] is True
        async with locked(talkoot.environment["TALKOOT_DATABASE_URL"], "read_choices") as wanted:
            asking = asyncio.create_task(socket.ask(op="readers", room=room))
            await wanted()
            await owner.delete(seat)
        assert (await asking)["code"] == "not_found"
        await owner.put(f"/rooms/{room}/read", {"seq": said["seq"]})
        assert (await watching.until(op="readers"))["readers"] == {}
        assert not [frame for frame in await socket.settled() if frame["op"] == "readers"]


async def test_a_large_room_tells_nobody(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, room = workspace.owner, await workspace.room()
    people = [await workspace.member() for _ in range(20)]
    for person in people[:-1]:
        await person.post(f"/rooms/{room}/join", expect=204)
    said = await owner.post(f"/rooms/{room}/messages", {"text": "said"})
    await people[0].put(f"/rooms/{room}/read", {"seq": said["seq"]})
    assert await names(owner, said) == [people[0].user["id"]]
    await people[-1].post(f"/rooms/{room}/join", expect=204)
    assert await names(owner, said) == ["not shared"]
    assert await owner.get(f"/rooms/{room}/readers") == {"shared": False, "readers": {}}
