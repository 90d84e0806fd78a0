"""Threads: replies beside the timeline, counted, in one level."""

import asyncio
import uuid

from tests.clients import Api, Socket
from tests.workspaces import Workspace


async def test_replies_are_counted_told_and_not_in_the_timeline(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    root = await socket.send(room, "question")
    first = await member.post(f"/rooms/{room}/messages", {"text": "one", "thread": root["id"]})
    assert (await socket.event("thread.updated"))["body"]["reply_count"] == 1
    second = await socket.send(room, "two", thread=root["id"])
    created = [f for f in await socket.settled() if f.get("type") == "message.created"]
    assert [event["body"]["thread"] for event in created] == [None, root["id"], root["id"]]
    updated = await socket.event("thread.updated")
    assert updated["body"]["message"] == root["id"]
    assert updated["body"]["reply_count"] == 2
    assert updated["seq"] == second["seq"] + 1
    timeline = (await member.get(f"/rooms/{room}/messages"))["items"]
    assert [item["id"] for item in timeline] == [root["id"]]
    assert timeline[0]["reply_count"] == 2
    assert timeline[0]["last_reply_at"] == updated["body"]["last_reply_at"]
    thread = await member.get(f"/messages/{root['id']}/thread")
    assert [item["id"] for item in thread["items"]] == [root["id"], first["id"], second["id"]]


async def test_a_thread_comes_in_pages(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await member.post(f"/rooms/{room}/messages", {"text": "root"})
    for number in range(5):
        await member.post(f"/rooms/{room}/messages", {"text": str(number), "thread": root["id"]})
    found, after = [], 0
    while True:
        page = await member.get(f"/messages/{root['id']}/thread", limit=2, after=after)
        found += [item["text"] for item in page["items"]]
        if page["next"] is None:
            break
        after = int(page["next"])
    assert found == ["root", "0", "1", "2", "3", "4"]


async def test_one_replies_only_to_top_level_messages_of_the_same_room(
    workspace: Workspace, member: Api
) -> None:
    room, elsewhere = await workspace.room(), await workspace.room()
    root = await member.post(f"/rooms/{room}/messages", {"text": "root"})
    reply = await member.post(f"/rooms/{room}/messages", {"text": "reply", "thread": root["id"]})
    socket = await workspace.socket(member)
    for target, thread in [(elsewhere, root["id"]), (room, reply["id"]), (room, str(uuid.uuid4()))]:
        nack = await socket.send(target, "lost", thread=thread)
        assert (nack["op"], nack["code"]) == ("nack", "invalid")
        body = {"text": "lost", "thread": thread}
        assert await member.refusal("POST", f"/rooms/{target}/messages", body) == (422, "invalid")
    assert (await member.get(f"/messages/{root['id']}"))["reply_count"] == 1


async def test_a_deleted_reply_is_counted_no_more(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await member.post(f"/rooms/{room}/messages", {"text": "root"})
    replies = [
        await member.post(f"/rooms/{room}/messages", {"text": f"{n}", "thread": root["id"]}) for n in range(2)
    ]
    socket = await workspace.socket(member, room)
    await member.delete(f"/messages/{replies[0]['id']}")
    await member.delete(f"/messages/{replies[0]['id']}")
    assert (await socket.event("thread.updated"))["body"]["reply_count"] == 1
    assert (await member.get(f"/messages/{root['id']}"))["reply_count"] == 1
    thread = (await member.get(f"/messages/{root['id']}/thread"))["items"]
    assert [item["deleted"] for item in thread] == [False, True, False]


async def test_a_deleted_root_keeps_its_thread(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await member.post(f"/rooms/{room}/messages", {"text": "root"})
    await member.post(f"/rooms/{room}/messages", {"text": "reply", "thread": root["id"]})
    await member.delete(f"/messages/{root['id']}")
    thread = (await member.get(f"/messages/{root['id']}/thread"))["items"]
    assert [(item["text"], item["deleted"]) for item in thread] == [("", True), ("reply", False)]
    assert (await member.get(f"/rooms/{room}/messages"))["items"][0]["reply_count"] == 1


async def test_the_count_is_right_whatever_happens_at_once(workspace: Workspace, member: Api) -> None:
    rooms = [await workspace.room() for _ in range(4)]  # on PostgreSQL they have different writers
    sockets = [await workspace.socket(person) for person in (member, member, workspace.owner)]
    roots = {room: await sockets[0].send(room, "root") for room in rooms}

    async def reply(socket: Socket, room: str) -> None:
        for number in range(12):
            sent = await socket.send(room, "reply", thread=roots[room]["id"])
            if number % 2:
                assert (await socket.ask(op="delete", message=sent["id"]))["op"] == "ack"

    await asyncio.gather(*[reply(socket, room) for socket in sockets for room in rooms])
    for root in roots.values():
        assert (await member.get(f"/messages/{root['id']}"))["reply_count"] == 18
        thread = (await member.get(f"/messages/{root['id']}/thread", limit=200))["items"][1:]
        assert sum(not item["deleted"] for item in thread) == 18
        updates = [
            event["body"]["reply_count"]
            for event in (await member.get(f"/rooms/{root['room']}/events"))["events"]
            if event["type"] == "thread.updated"
        ]
        assert updates[-1] == 18
