"""The order of what one connection sends, and that what was acknowledged is there (I8, I9)."""

import asyncio
import uuid

from tests.clients import Api
from tests.workspaces import Workspace


async def test_what_was_acknowledged_is_read_everywhere_at_once(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    sender = await workspace.socket(workspace.owner)
    for number in range(10):
        ack = await sender.send(room, str(number))
        page, log, one = await asyncio.gather(
            member.get(f"/rooms/{room}/messages", limit=1),
            member.get(f"/rooms/{room}/events", after=ack["seq"] - 1),
            member.get(f"/messages/{ack['id']}"),
        )
        assert page["items"][0]["id"] == log["events"][0]["id"] == one["id"] == ack["id"]
        edited = await sender.ask(op="edit", message=ack["id"], text=f"{number}!")
        assert edited["op"] == "ack"
        assert (await member.get(f"/messages/{ack['id']}"))["text"] == f"{number}!"


async def test_sixteen_sends_without_waiting_keep_their_order(workspace: Workspace, member: Api) -> None:
    rooms = [await workspace.room() for _ in range(2)]
    people = [workspace.owner, member]
    sockets = [await workspace.socket(person) for person in people for _ in range(2)]
    for burst in range(3):
        sends = [
            socket.send(room, f"{number} {burst} {order}")
            for number, socket in enumerate(sockets)
            for order, room in enumerate(rooms * 8)
        ]
        answers = await asyncio.gather(*sends)
        assert {answer["op"] for answer in answers} == {"ack"}
    for room in rooms:
        events = (await member.get(f"/rooms/{room}/events"))["events"]
        assert [event["seq"] for event in events] == [*range(1, len(events) + 1)]
        texts = [event["body"]["text"].split() for event in events if event["type"] == "message.created"]
        for number in range(len(sockets)):
            mine = [(int(burst), int(order)) for who, burst, order in texts if who == str(number)]
            assert mine == sorted(mine)
            assert len(mine) == 24


async def test_the_seventeenth_unanswered_send_is_refused_for_now(workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room()
    socket = await workspace_sqlite.socket(workspace_sqlite.owner)
    cids = [str(uuid.uuid4()) for _ in range(60)]
    answers = await asyncio.gather(*[socket.send(room, cid, cid) for cid in cids])
    refused = [answer for answer in answers if answer["op"] == "nack"]
    assert all(answer["code"] == "too_many_unanswered" and answer["retryable"] for answer in refused)
    page = await workspace_sqlite.owner.get(f"/rooms/{room}/messages", limit=200)
    acknowledged = [answer["seq"] for answer in answers if answer["op"] == "ack"]
    assert [item["seq"] for item in page["items"]] == sorted(acknowledged)
    assert {item["text"] for item in page["items"]}.isdisjoint(answer["cid"] for answer in refused)


async def test_the_same_cid_from_two_connections_at_once_is_one_message(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    sockets = [await workspace.socket(member) for _ in range(3)]
    for _ in range(5):
        cid = str(uuid.uuid4())
        acks, posted = await asyncio.gather(
            asyncio.gather(*[socket.send(room, "once", cid) for socket in sockets]),
            member.ask("POST", f"/rooms/{room}/messages", {"text": "once", "cid": cid}),
        )
        assert {ack["id"] for ack in acks} == {posted.json()["id"]}
        assert sum(not ack["dup"] for ack in acks) + (posted.status_code == 201) == 1
    assert len((await member.get(f"/rooms/{room}/messages"))["items"]) == 5


async def test_two_rooms_and_one_cid_at_once_are_one_message_and_one_conflict(
    workspace: Workspace, member: Api
) -> None:
    rooms = [await workspace.room() for _ in range(4)]
    sockets = [await workspace.socket(member) for _ in rooms]
    cid = str(uuid.uuid4())
    answers = await asyncio.gather(*[s.send(r, "once", cid) for s, r in zip(sockets, rooms, strict=True)])
    assert sorted(answer["op"] for answer in answers) == ["ack", "nack", "nack", "nack"]
    assert {answer["code"] for answer in answers if answer["op"] == "nack"} == {"conflict"}
    pages = [(await member.get(f"/rooms/{room}/messages"))["items"] for room in rooms]
    assert sum(map(len, pages)) == 1
