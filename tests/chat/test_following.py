"""Threads that people follow: by writing, by being named, by hand; what is unread there, and who is told."""

from typing import Any

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def reply(person: Api, root: Json, text: str = "reply") -> Json:
    body = {"text": text, "thread": root["id"]}
    said: Json = await person.post(f"/rooms/{root['room']}/messages", body)
    return said


async def begun(person: Api, room: str, text: str = "root") -> Json:
    said: Json = await person.post(f"/rooms/{room}/messages", {"text": text})
    return said


async def state(person: Api, root: Json) -> Json:
    found: Json = await person.get(f"/messages/{root['id']}/follow")
    return found


async def inbox(person: Api, **query: Any) -> list[tuple[str, int]]:
    page = await person.get("/threads", **query)
    return [(item["message"]["id"], item["unread"]) for item in page["items"]]


async def test_who_begins_and_who_writes_follows_and_others_do_not(workspace: Workspace, member: Api) -> None:
    room, other = await workspace.room(), await workspace.member()
    root = await begun(member, room)
    assert (await state(member, root))["followed"] is False  # nobody has replied yet
    there = await workspace.socket(member)
    first = await reply(workspace.owner, root)
    notice = await there.until(op="notice", kind="thread")
    stands: Json = {"followed": True, "level": None, "read_seq": root["seq"], "marked": None, "unread": 1}
    stands["last_seq"] = first["seq"]
    assert notice == {"op": "notice", "kind": "thread", "message": root["id"], "room": room, **stands}
    assert await state(member, root) == {"message": root["id"], "room": room, "followers": 2, **stands}
    written = await state(workspace.owner, root)
    assert (written["followed"], written["read_seq"], written["unread"]) == (True, first["seq"], 0)
    assert (await state(other, root))["followed"] is False
    await reply(workspace.owner, root)
    assert await inbox(member, workspace=workspace.id) == [(root["id"], 2)]
    assert await inbox(workspace.owner, workspace=workspace.id) == [(root["id"], 0)]
    assert await inbox(other) == []
    # Whoever answers has read what stands there.
    await reply(member, root)
    assert (await state(member, root))["unread"] == 0
    assert (await state(workspace.owner, root))["unread"] == 1
    assert not [f for f in await there.settled() if f.get("kind") == "thread"][1:]


async def test_who_is_named_in_a_reply_follows_from_there(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await begun(workspace.owner, room)
    await reply(workspace.owner, root, "before")
    there = await workspace.socket(member)
    await reply(workspace.owner, root, f"@{member.user['username']} look")
    assert (await there.until(op="notice", kind="thread"))["unread"] == 1
    assert await inbox(member) == [(root["id"], 1)]
    await member.delete(f"/messages/{root['id']}/follow")
    await reply(workspace.owner, root, f"@{member.user['username']} look again")
    assert (await state(member, root))["followed"] is False
    assert await inbox(member) == []


async def test_one_follows_by_hand_from_there_on_and_stops(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await begun(workspace.owner, room)
    path = f"/messages/{root['id']}/follow"
    await reply(workspace.owner, root)
    followed = await member.put(path, {"level": "mentions"})
    assert (followed["followed"], followed["level"], followed["unread"]) == (True, "mentions", 0)
    await reply(workspace.owner, root)
    again = await member.put(path, {"level": "all"})  # it is followed already: nothing is read by that
    assert (again["level"], again["unread"]) == ("all", 1)
    assert await member.refusal("PUT", path, {"level": "loud"}) == (422, "invalid")
    there = await workspace.socket(member)
    await member.delete(path)
    assert (await there.until(op="notice", kind="thread"))["followed"] is False
    gone = await state(member, root)
    assert (gone["followed"], gone["unread"], gone["followers"]) == (False, 0, 1)
    # Who began it does not come back by others' replies, only by their own.
    await workspace.owner.delete(path)
    await reply(member, root)
    assert (await state(workspace.owner, root))["followed"] is False
    await reply(workspace.owner, root)
    assert (await state(workspace.owner, root))["followed"] is True


async def test_positions_move_forward_and_marks_count_again(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await begun(member, room)
    replies = [await reply(workspace.owner, root, str(n)) for n in range(4)]
    seqs = [each["seq"] for each in replies]
    path = f"/messages/{root['id']}/thread"

    async def after(way: str, seq: int) -> tuple[int, int, int | None]:
        told = await member.put(f"{path}/{way}", {"seq": seq})
        assert {**told, "followers": 0} == {**await state(member, root), "followers": 0}
        return told["read_seq"], told["unread"], told["marked"]

    assert await after("read", seqs[2]) == (seqs[2], 1, None)
    assert await after("read", seqs[0]) == (seqs[2], 1, None)
    assert await after("unread", seqs[1]) == (seqs[2], 3, seqs[1])
    assert await after("unread", seqs[3]) == (seqs[2], 3, seqs[1])  # unread anyway
    assert await after("read", seqs[0]) == (seqs[2], 3, seqs[1])
    assert await after("read", seqs[1]) == (seqs[2], 2, seqs[1] + 1)
    assert await after("read", seqs[2]) == (seqs[2], 1, None)
    await workspace.owner.delete(f"/messages/{replies[3]['id']}")
    assert (await state(member, root))["unread"] == 0  # what is deleted waits for nobody
    head = (await member.get(f"/rooms/{room}"))["head"]
    for way in ("read", "unread"):
        assert await member.refusal("PUT", f"{path}/{way}", {"seq": head + 1}) == (422, "invalid")


async def test_who_does_not_follow_has_no_position_and_follows_by_marking(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    root = await begun(workspace.owner, room)
    said = await reply(workspace.owner, root)
    path = f"/messages/{root['id']}/thread"
    read = await member.put(f"{path}/read", {"seq": said["seq"]})
    assert (read["followed"], read["read_seq"], read["unread"]) == (False, 0, 0)
    marked = await member.put(f"{path}/unread", {"seq": said["seq"]})
    assert (marked["followed"], marked["marked"], marked["unread"]) == (True, said["seq"], 1)
    for way, body in (("read", {"seq": 1}), ("unread", {"seq": 1})):
        answer = await member.ask("PUT", f"/messages/{said['id']}/thread/{way}", body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "is_reply")


async def test_the_inbox_has_unread_ones_first_in_pages(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    roots = [await begun(member, room, str(n)) for n in range(5)]
    for root in roots:
        said = await reply(workspace.owner, root)
        await member.put(f"/messages/{root['id']}/thread/read", {"seq": said["seq"]})
    for number in (1, 3):
        await reply(workspace.owner, roots[number])
    await begun(member, room, "nobody replied")
    expected = [(roots[n]["id"], unread) for n, unread in ((3, 1), (1, 1), (4, 0), (2, 0), (0, 0))]
    assert await inbox(member) == expected
    found: list[tuple[str, int]] = []
    after = ""
    while True:
        page = await member.get("/threads", limit=2, after=after)
        found += [(item["message"]["id"], item["unread"]) for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == expected
    for cursor in ("x", "1.2", "1.2.x"):
        assert await member.refusal("GET", "/threads", after=cursor) == (422, "invalid")
    assert await inbox(member, workspace="00000000-0000-0000-0000-000000000000") == []


async def test_nothing_is_told_of_threads_in_rooms_that_one_may_not_read(
    workspace: Workspace, member: Api, stranger: Api
) -> None:
    room = await workspace.room(kind="private")
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    root = await begun(member, room)
    said = await reply(workspace.owner, root)
    assert await inbox(member) == [(root["id"], 1)]
    await workspace.owner.delete(f"/rooms/{room}/members/{member.user['id']}")
    assert await inbox(member) == []
    asked: list[tuple[str, str, Json | None]] = [
        ("GET", "follow", None),
        ("PUT", "follow", {}),
        ("DELETE", "follow", None),
        ("PUT", "thread/read", {"seq": said["seq"]}),
        ("PUT", "thread/unread", {"seq": said["seq"]}),
    ]
    for person in (member, stranger):
        for method, way, body in asked:
            refused = await person.refusal(method, f"/messages/{root['id']}/{way}", body)
            assert refused == (404, "not_found"), (method, way)
    there = await workspace.socket(member)
    await reply(workspace.owner, root, f"@{member.user['username']}")
    assert not [frame for frame in await there.settled() if frame.get("op") == "notice"]
    await workspace.owner.put(f"/rooms/{room}/members/{member.user['id']}", expect=204)
    assert await inbox(member) == [(root["id"], 2)]
