"""Threads: replies beside the timeline, counted, in one level."""

import asyncio
import random
import uuid

from tests.clients import Api
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
    rooms = [await workspace.room() for _ in range(4)]  # on PostgreSQL rooms are written by several writers
    roots = [await member.post(f"/rooms/{room}/messages", {"text": "root"}) for room in rooms]

    async def reply(root: dict[str, str], *, regret: bool) -> int:
        body = {"text": "reply", "thread": root["id"]}
        sent = await member.post(f"/rooms/{root['room']}/messages", body)
        if regret:
            await member.delete(f"/messages/{sent['id']}")
        return 0 if regret else 1

    chance = random.Random(4)
    plan = [(root, chance.random() < 0.5) for root in roots for _ in range(15)]
    chance.shuffle(plan)
    await asyncio.gather(*[reply(root, regret=regret) for root, regret in plan])
    for root in roots:
        kept = sum(1 for planned, regret in plan if planned is root and not regret)
        assert (await member.get(f"/messages/{root['id']}"))["reply_count"] == kept
        thread = (await member.get(f"/messages/{root['id']}/thread", limit=200))["items"][1:]
        assert sum(not item["deleted"] for item in thread) == kept
