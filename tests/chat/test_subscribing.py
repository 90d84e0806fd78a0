"""Following rooms on the socket: live, with resume, with resets, and with refusals."""

import asyncio
import uuid

import pytest

from tests.clients import Api, Json, Socket
from tests.workspaces import Workspace


def events_in(frames: list[Json], room: str) -> list[Json]:
    return [
        {k: v for k, v in f.items() if k != "op"} for f in frames if f["op"] == "ev" and f["room"] == room
    ]


async def fill(socket: Socket, room: str, count: int) -> None:
    for start in range(0, count, 16):
        texts = [str(number) for number in range(start, min(start + 16, count))]
        assert all(a["op"] == "ack" for a in await asyncio.gather(*[socket.send(room, t) for t in texts]))


async def test_without_a_position_one_hears_only_what_comes(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "before"})
    socket = await workspace.socket(member)
    room_now = await member.get(f"/rooms/{room}")
    assert await socket.subscribe(room) == [
        {"room": room, "epoch": room_now["epoch"], "head": room_now["head"], "recovered": True}
    ]
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "after"})
    assert (await socket.event("message.created"))["id"] == sent["id"]
    assert [event["seq"] for event in events_in(await socket.settled(), room)] == [sent["seq"]]


async def test_with_a_position_one_hears_exactly_what_was_missed(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    await fill(sender, room, 5)
    log = (await member.get(f"/rooms/{room}/events"))["events"]
    for since in range(len(log) + 1):
        socket = await workspace.socket(member)
        answer = await socket.subscribe(room, since=since)
        assert (answer[0]["recovered"], answer[0]["head"]) == (True, len(log))
        assert events_in(await socket.settled(), room) == log[since:]
        await socket.close()


async def test_what_was_missed_comes_before_the_answer_and_what_is_new_after_it(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    await fill(sender, room, 20)
    writing = asyncio.create_task(fill(sender, room, 150))
    sockets = [await workspace.socket(member) for _ in range(4)]
    for socket in sockets:
        await socket.subscribe(room, since=3)
    await writing
    log = (await member.get(f"/rooms/{room}/events"))["events"]
    for socket in sockets:
        await socket.until(op="ev", seq=len(log))
        assert events_in(socket.frames, room) == log[3:]


async def test_who_missed_more_than_300_pages_through_the_log(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    await fill(sender, room, 301)  # and the owner has joined
    socket = await workspace.socket(member)
    answer = (await socket.subscribe(room, since=1))[0]
    assert (answer["head"], answer["recovered"]) == (302, False)
    assert events_in(await socket.settled(), room) == []
    again = (await socket.subscribe(room, since=2))[0]
    assert again["recovered"] is True
    assert [event["seq"] for event in events_in(await socket.settled(), room)] == [*range(3, 303)]
    found, after = [], 1
    while page := (await member.get(f"/rooms/{room}/events", after=after))["events"]:
        found += page
        after = page[-1]["seq"]
    assert [event["seq"] for event in found] == [*range(2, 303)]
    await sender.send(room, "live again")
    assert (await socket.event("message.created", seq=303))["body"]["text"] == "live again"


@pytest.mark.parametrize("wrong", ["ahead", "epoch"])
async def test_a_position_that_cannot_be_is_reset(workspace: Workspace, member: Api, wrong: str) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member)
    now = await member.get(f"/rooms/{room}")
    want: Json = {"room": room, "since": now["head"], "epoch": now["epoch"]}
    want |= {"since": now["head"] + 1} if wrong == "ahead" else {"epoch": str(uuid.uuid4())}
    answer = await socket.ask(op="sub", rooms=[want])
    assert answer["rooms"][0]["recovered"] is False
    assert await socket.until(op="reset") == {"op": "reset", "room": room, "reason": wrong}
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "live all the same"})
    assert (await socket.event("message.created"))["seq"] == sent["seq"]


async def test_rooms_one_may_not_read_are_refused_and_the_others_opened(
    workspace: Workspace, member: Api
) -> None:
    mine, closed, nowhere = await workspace.room(), await workspace.room(kind="private"), str(uuid.uuid4())
    socket = await workspace.socket(member)
    answer = await socket.ask(op="sub", rooms=[{"room": r, "since": 0} for r in (closed, mine, nowhere)])
    assert [room["room"] for room in answer["rooms"]] == [mine]
    refused = [{"room": room, "code": "not_found"} for room in (closed, nowhere)]
    assert sorted(answer["refused"], key=str) == sorted(refused, key=str)
    await workspace.owner.post(f"/rooms/{closed}/messages", {"text": "secret"})
    assert events_in(await socket.settled(), closed) == []


async def test_a_workspace_is_no_room(workspace: Workspace, member: Api) -> None:
    socket = await workspace.socket(member)
    answer = await socket.ask(op="sub", rooms=[{"room": workspace.id}])
    assert (answer["op"], answer["code"]) == ("error", "not_found")


async def test_after_unsub_nothing_more_comes(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "one"})
    await socket.event("message.created")
    assert (await socket.ask(op="unsub", rooms=[room]))["op"] == "ok"
    assert (await socket.ask(op="unsub", rooms=[room, str(uuid.uuid4())]))["op"] == "ok"
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "two"})
    assert len(events_in(await socket.settled(), room)) == 1


async def test_subscribing_again_does_not_double(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room, room)
    await socket.subscribe(room)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "one"})
    await socket.event("message.created")
    assert len(events_in(await socket.settled(), room)) == 1


async def test_subscribing_many_times_at_once_is_answered_each_time(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    await fill(sender, room, 5)
    socket = await workspace.socket(member)
    asked = [socket.ask(op="sub", rooms=[{"room": room, "since": 1}]) for _ in range(15)]
    assert {answer["op"] for answer in await asyncio.gather(*asked)} == {"subd"}
    sent = await sender.send(room, "live")
    await socket.until(op="ev", seq=sent["seq"])
    assert [event["seq"] for event in events_in(await socket.settled(), room)] == [*range(2, sent["seq"] + 1)]


async def test_subscribing_and_unsubscribing_at_once_ends_unsubscribed(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member)
    asked: list[Json] = [{"op": "sub", "rooms": [{"room": room}]}, {"op": "unsub", "rooms": [room]}] * 3
    answers = await asyncio.gather(*[socket.ask(**frame) for frame in asked])
    assert [answer["op"] for answer in answers] == ["subd", "ok"] * 3
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "unheard"})
    assert events_in(await socket.settled(), room) == []


async def test_subscribing_again_repeats_nothing_that_was_handed_over(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    socket = await workspace.socket(member)
    await socket.subscribe(room, since=0)
    await fill(sender, room, 5)
    writing = asyncio.create_task(fill(sender, room, 100))
    while not writing.done():
        assert (await socket.subscribe(room, since=3))[0]["recovered"] is True
    await writing
    head = (await member.get(f"/rooms/{room}"))["head"]
    await socket.until(op="ev", seq=head)
    assert [event["seq"] for event in events_in(await socket.settled(), room)] == [*range(1, head + 1)]


@pytest.mark.parametrize(
    "rooms",
    [[], [{"room": str(uuid.uuid4())} for _ in range(101)], [{"room": "1"}], [{"room": None}], "all", [{}]],
)
async def test_what_is_no_list_of_rooms_is_refused(workspace_sqlite: Workspace, rooms: object) -> None:
    socket = await workspace_sqlite.socket(workspace_sqlite.owner)
    assert (await socket.ask(op="sub", rooms=rooms))["code"] == "invalid"


@pytest.mark.parametrize("since", [-1, "0", 1.5, [0]])
async def test_what_is_no_position_is_refused(workspace_sqlite: Workspace, since: object) -> None:
    room = await workspace_sqlite.room()
    socket = await workspace_sqlite.socket(workspace_sqlite.owner)
    answer = await socket.ask(op="sub", rooms=[{"room": room, "since": since}])
    assert (answer["op"], answer["code"]) == ("error", "invalid")
