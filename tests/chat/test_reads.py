"""Read positions only move forward, and what is unread follows from them."""

import asyncio

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def unread(person: Api, room: str) -> Json:
    return next(item for item in (await person.get("/unreads"))["items"] if item["room"] == room)


async def joined(workspace: Workspace, person: Api) -> str:
    room = await workspace.room()
    await person.post(f"/rooms/{room}/join", expect=204)
    return room


async def test_what_was_said_before_one_came_is_not_unread(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "early"})
    await member.post(f"/rooms/{room}/join", expect=204)
    assert (await unread(member, room))["unread"] == 0
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "later"})
    assert (await unread(member, room))["unread"] == 1


async def test_messages_count_and_other_events_and_replies_do_not(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "one"})
    await workspace.owner.patch(f"/messages/{sent['id']}", {"text": "uno"})
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "reply", "thread": sent["id"]})
    await workspace.owner.patch(f"/rooms/{room}", {"topic": "numbers"})
    found = await unread(member, room)
    head = (await member.get(f"/rooms/{room}"))["head"]
    assert (found["unread"], found["mentions"], found["head"]) == (1, 0, head)


async def test_a_position_only_moves_forward(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    seqs = [
        (await workspace.owner.post(f"/rooms/{room}/messages", {"text": str(n)}))["seq"] for n in range(4)
    ]
    moved = await member.put(f"/rooms/{room}/read", {"seq": seqs[2]})
    assert (moved["read_seq"], moved["unread"]) == (seqs[2], 1)
    back = await member.put(f"/rooms/{room}/read", {"seq": seqs[0]})
    assert (back["read_seq"], back["unread"]) == (seqs[2], 1)
    socket = await workspace.socket(member)
    assert (await socket.ask(op="read", room=room, seq=seqs[1]))["op"] == "ok"
    assert (await unread(member, room))["read_seq"] == seqs[2]
    assert (await socket.ask(op="read", room=room, seq=seqs[3]))["op"] == "ok"
    assert (await unread(member, room))["unread"] == 0


async def test_what_is_marked_counts_again_and_the_position_stays(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    name = member.user["username"]
    texts = ["0", f"@{name}", "2", "3", "4"]
    seqs = [(await workspace.owner.post(f"/rooms/{room}/messages", {"text": text}))["seq"] for text in texts]
    there = await workspace.socket(member)

    async def told() -> tuple[int, int, int | None]:
        notice = await there.until(op="notice", kind="read", room=room)
        assert notice["seq"] == seqs[3]
        return notice["unread"], notice["mentions"], notice["marked"]

    async def stands() -> tuple[int, int, int, int | None]:
        found = await unread(member, room)
        return found["read_seq"], found["unread"], found["mentions"], found["marked"]

    await member.put(f"/rooms/{room}/read", {"seq": seqs[3]})
    assert await told() == (1, 0, None)
    marked = await member.put(f"/rooms/{room}/unread", {"seq": seqs[1]})
    assert marked == await unread(member, room)
    assert await stands() == (seqs[3], 4, 1, seqs[1])
    assert await told() == (4, 1, seqs[1])
    # Once more, and what is unread anyway, changes nothing: neither position nor mark.
    for seq in (seqs[1], seqs[4]):
        assert (await member.put(f"/rooms/{room}/unread", {"seq": seq}))["marked"] == seqs[1]
    # What is before the mark was read; reading some of it moves the mark, reading all ends it.
    await member.put(f"/rooms/{room}/read", {"seq": seqs[0]})
    assert await stands() == (seqs[3], 4, 1, seqs[1])
    await member.put(f"/rooms/{room}/read", {"seq": seqs[2]})
    assert await stands() == (seqs[3], 2, 0, seqs[2] + 1)
    assert await told() == (2, 0, seqs[2] + 1)
    await member.put(f"/rooms/{room}/read", {"seq": seqs[3]})
    assert await stands() == (seqs[3], 1, 0, None)
    assert await told() == (1, 0, None)
    assert not [frame for frame in await there.settled() if frame.get("kind") == "read"][4:]


async def test_row_19_nobody_marks_ahead_of_the_log_or_what_they_may_not_read(
    workspace: Workspace, member: Api
) -> None:
    room, secret = await joined(workspace, member), await workspace.room(kind="private")
    head = (await member.get(f"/rooms/{room}"))["head"]
    for seq in (head + 1, head + 2, 0):
        assert await member.refusal("PUT", f"/rooms/{room}/unread", {"seq": seq}) == (422, "invalid")
    assert await member.refusal("PUT", f"/rooms/{secret}/unread", {"seq": 1}) == (404, "not_found")
    assert (await unread(member, room))["marked"] is None


async def test_of_many_at_once_the_furthest_stays(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    seqs = [
        (await workspace.owner.post(f"/rooms/{room}/messages", {"text": str(n)}))["seq"] for n in range(8)
    ]
    sockets = [await workspace.socket(member) for _ in range(2)]
    asked = [sockets[n % 2].ask(op="read", room=room, seq=seq) for n, seq in enumerate(reversed(seqs))]
    assert {answer["op"] for answer in await asyncio.gather(*asked)} == {"ok"}
    assert (await unread(member, room))["read_seq"] == seqs[-1]


async def test_row_19_nobody_reads_ahead_of_the_log(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    head = (await member.get(f"/rooms/{room}"))["head"]
    assert await member.refusal("PUT", f"/rooms/{room}/read", {"seq": head + 1}) == (422, "invalid")
    socket = await workspace.socket(member)
    for seq in (head + 1, -1, 2**53):
        answer = await socket.ask(op="read", room=room, seq=seq)
        assert (answer["op"], answer["code"]) == ("error", "invalid")
    assert (await unread(member, room))["read_seq"] == head


async def test_row_19_positions_are_ones_own_and_told_on_ones_other_connections(
    workspace: Workspace, member: Api
) -> None:
    room = await joined(workspace, member)
    here, there = await workspace.socket(member, room), await workspace.socket(member)
    stranger = await workspace.socket(workspace.owner, room)
    ack = await stranger.send(room, "news")
    await here.event("message.created")
    await here.ask(op="read", room=room, seq=ack["seq"])
    notice = await there.until(op="notice", kind="read")
    where = {"room": room, "seq": ack["seq"], "unread": 0, "mentions": 0, "marked": None}
    assert notice == {"op": "notice", "kind": "read", **where}
    assert not [f for socket in (here, stranger) for f in await socket.settled() if f.get("kind") == "read"]
    await member.put(f"/rooms/{room}/read", {"seq": ack["seq"]})  # nothing moved: nothing told
    assert len([f for f in await there.settled() if f.get("kind") == "read"]) == 1
    assert (await unread(workspace.owner, room))["read_seq"] < ack["seq"]


async def test_row_19_only_ones_own_rooms_are_listed(workspace: Workspace, member: Api) -> None:
    room = await joined(workspace, member)
    await workspace.room()
    assert [item["room"] for item in (await member.get("/unreads"))["items"]] == [room]
    await member.post(f"/rooms/{room}/leave", expect=204)
    assert (await member.get("/unreads"))["items"] == []
