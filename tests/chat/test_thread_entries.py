"""Entries of threads: closed for answers, open for some, with a moderator of its own; read as its room."""

import asyncio
import uuid
from typing import Any

from tests.chat.test_entries import entry, explained, put_first
from tests.clients import Api, Json
from tests.workspaces import Workspace

CLOSED = entry("authenticated", "room.post", allow=False)


async def thread(workspace: Workspace, room: str) -> str:
    root: Json = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "root"})
    return str(root["id"])


async def set_on(workspace: Workspace, root: str, *items: Json) -> Any:
    return await workspace.owner.put(f"/messages/{root}/acl", {"items": [*items]})


def answer(root: str) -> Json:
    return {"text": "answer", "thread": root, "cid": str(uuid.uuid4())}


async def test_a_closed_thread_takes_no_answers_until_it_is_open_again(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    root, other = await thread(workspace, room), await thread(workspace, room)
    socket = await workspace.socket(member, room)
    messages = f"/rooms/{room}/messages"
    before, retried = answer(root), await member.post(messages, first := answer(root))
    assert (await set_on(workspace, root, CLOSED))["items"][0]["resource"] == root
    told = await socket.event("thread.updated", sender=workspace.owner.user["id"])
    assert told["body"] == {
        "message": root,
        "reply_count": 1,
        "last_reply_at": told["body"]["last_reply_at"],
        "replies": "closed",
    }
    for person in (member, workspace.owner):
        assert await person.refusal("POST", messages, answer(root)) == (403, "thread_closed")
    nack = await socket.send(room, "answer", thread=root)
    assert (nack["op"], nack["code"], nack["retryable"]) == ("nack", "thread_closed", False)
    edit = await socket.ask(op="edit", message=retried["id"], text="other")
    assert edit["code"] == "thread_closed"
    # A retry is told what it was; the room and its other threads go on, and everybody reads it all.
    assert (await member.call("POST", messages, first, expect=200))["id"] == retried["id"]
    assert (await socket.send(room, "beside"))["op"] == "ack"
    assert (await socket.send(room, "answer", thread=other))["op"] == "ack"
    assert len((await member.get(f"/messages/{root}/thread"))["items"]) == 2
    await member.delete(f"/messages/{retried['id']}")  # one's own
    await set_on(workspace, root)
    assert (await socket.event("thread.updated", sender=workspace.owner.user["id"]))["body"][
        "replies"
    ] is None
    await member.post(messages, before)
    assert (await member.get(f"/messages/{root}"))["replies"] is None


async def test_who_may_not_write_in_the_room_may_answer_where_an_entry_lets_them(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    root, other = await thread(workspace, room), await thread(workspace, room)
    await put_first(
        workspace,
        f"/rooms/{room}",
        entry("role", "room.post", allow=False, whom=await role(workspace, "member")),
    )
    messages = f"/rooms/{room}/messages"
    assert await member.refusal("POST", messages, answer(root)) == (403, "forbidden")
    await set_on(workspace, root, entry("user", "room.post", whom=member.user["id"]))
    said = await member.post(messages, answer(root))
    await member.patch(f"/messages/{said['id']}", {"text": "other"})
    for wrong in (answer(other), {"text": "in the room"}):
        assert await member.refusal("POST", messages, wrong) == (403, "forbidden")
    # What a thread lets somebody do is of no use in another room.
    elsewhere = await workspace.room()
    await put_first(workspace, f"/rooms/{elsewhere}", entry("everyone", "room.post", allow=False))
    path = f"/rooms/{elsewhere}/messages"
    assert await member.refusal("POST", path, answer(root)) == (403, "forbidden")
    assert (await member.get(f"/messages/{root}"))["replies"] == "by_entries"
    # Who was let in stays out of what the room hides from them.
    await put_first(
        workspace, f"/rooms/{room}", entry("user", "room.read", allow=False, whom=member.user["id"])
    )
    assert await member.refusal("POST", messages, answer(root)) == (404, "not_found")


async def role(workspace: Workspace, name: str) -> str:
    roles = (await workspace.owner.get(f"/workspaces/{workspace.id}/roles"))["items"]
    return next(str(each["id"]) for each in roles if each["name"] == name)


async def test_a_thread_has_a_moderator_of_its_own(workspace: Workspace, member: Api) -> None:
    room, guest = await workspace.room(), await workspace.member()
    root, other = await thread(workspace, room), await thread(workspace, room)
    messages = f"/rooms/{room}/messages"
    said = [await guest.post(messages, answer(each)) for each in (root, root, other)]
    assert await member.refusal("DELETE", f"/messages/{said[0]['id']}") == (403, "forbidden")
    await set_on(workspace, root, entry("user", "messages.moderate", whom=member.user["id"]))
    await member.delete(f"/messages/{said[0]['id']}")
    socket = await workspace.socket(member, room)
    assert (await socket.ask(op="delete", message=said[1]["id"]))["op"] == "ack"
    # The first message stands in the room, and is decided about there; so is what is held.
    for message in (root, said[2]["id"]):
        assert await member.refusal("DELETE", f"/messages/{message}") == (403, "forbidden")
    assert await member.refusal("GET", f"/rooms/{room}/held") == (403, "forbidden")
    acts = (await workspace.owner.get(f"/workspaces/{workspace.id}/audit"))["items"]
    assert [act["kind"] for act in acts[:3]] == ["message.deleted", "message.deleted", "access.changed"]
    assert (acts[2]["subject"], acts[2]["place"]) == (root, room)


async def test_entries_of_a_thread_say_nothing_of_reading(workspace: Workspace) -> None:
    root = await thread(workspace, await workspace.room())
    path = f"/messages/{root}/acl"
    for wrong in ("room.read", "room.join", "room.manage", "members.moderate", "workspace.read"):
        items = [CLOSED, entry("members", wrong, "room.post")]
        answered = await workspace.owner.ask("PUT", path, {"items": items})
        assert (answered.status_code, answered.json()["code"]) == (422, "invalid"), wrong
        problem = answered.json()
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [
            ("items.1.permissions", "not_of_threads")
        ]
        assert "private room" in problem["detail"]
    assert (await workspace.owner.get(path))["items"] == []


async def test_who_may_set_them(workspace: Workspace, member: Api, stranger: Api) -> None:
    room, other = await workspace.room(), await workspace.member()
    root = await thread(workspace, room)
    path = f"/messages/{root}/acl"
    said = await member.post(f"/rooms/{room}/messages", answer(root))
    for _ in range(2):  # before it is a node of the tree, and when it is
        for person, refused in ((member, (403, "forbidden")), (stranger, (404, "not_found"))):
            assert await person.refusal("GET", path) == refused
            assert await person.refusal("PUT", path, {"items": []}) == refused
            preview: Json = {"items": [], "user": member.user["id"]}
            assert await person.refusal("POST", f"{path}/preview", preview) == refused
        await set_on(workspace, root, CLOSED)
    await set_on(workspace, root, entry("user", "access.manage", whom=member.user["id"]), CLOSED)
    mine = entry("user", "access.manage", whom=member.user["id"])
    # Nobody gives what they do not have, also here, or locks themselves out.
    gift = entry("user", "messages.moderate", whom=other.user["id"])
    assert await member.refusal("PUT", path, {"items": [mine, gift]}) == (403, "forbidden")
    assert await member.refusal("PUT", path, {"items": [CLOSED]}) == (409, "conflict")
    items = [mine, entry("user", "room.post", whom=other.user["id"]), CLOSED]
    assert len((await member.put(path, {"items": items}))["items"]) == 3
    await other.post(f"/rooms/{room}/messages", answer(root))
    assert await member.refusal("GET", f"/rooms/{room}/acl") == (403, "forbidden")
    # An answer has no thread, and what there is not has none either.
    wrong = f"/messages/{said['id']}/acl"
    assert await workspace.owner.refusal("PUT", wrong, {"items": []}) == (422, "invalid")
    nothing = f"/messages/{uuid.uuid4()}/acl"
    assert await workspace.owner.refusal("GET", nothing) == (404, "not_found")
    assert await stranger.refusal("GET", wrong) == (404, "not_found")


async def test_it_is_explained_and_tried_out_before(workspace: Workspace, member: Api) -> None:
    category = (await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Shelf"}))["id"]
    room = await workspace.room(category=category)
    root = await thread(workspace, room)
    path, lineage = f"/messages/{root}", [root, room, category, workspace.id]
    for times in range(2):  # before it is a node of the tree, and when it is
        found = await explained(member, path, member, "room.post")
        assert (found["allowed"], found["lineage"]) == (True, lineage)
        assert [step["kind"] for step in found["chain"]] == ["thread", "room", "category", "workspace"]
        tried = await workspace.owner.post(
            f"{path}/acl/preview", {"items": [CLOSED], "user": member.user["id"]}, expect=200
        )
        effect = next(each for each in tried["items"] if each["permission"] == "room.post")
        assert (effect["before"], effect["after"], effect["entry"]) == (True, False, 0)
        if not times:
            await set_on(workspace, root, CLOSED)
            await set_on(workspace, root)
    made = (await set_on(workspace, root, entry("members", "room.post", allow=False)))["items"][0]
    # Who is in the workspace and not in the room may post in it; the members of the room may not answer.
    assert (await explained(member, path, member, "room.post"))["allowed"] is True
    await member.post(f"/rooms/{room}/join", expect=204)
    for found in (
        await explained(member, path, member, "room.post"),
        await explained(workspace.owner, path, member, "room.post"),
    ):
        assert (found["allowed"], found["decided_by"]["id"]) == (False, made["id"])
    assert await member.refusal("POST", f"/rooms/{room}/messages", answer(root)) == (403, "thread_closed")
    owner: Json = {"user": workspace.owner.user["id"], "permission": "room.post"}
    assert await member.refusal("GET", f"{path}/acl/explain", **owner) == (403, "forbidden")


async def test_pages_that_follow_the_log_say_what_new_ones_say(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await thread(workspace, room)
    path = f"/rooms/{room}/messages"

    async def same(expected: str | None) -> None:
        followed = (await member.get(path, limit=7))["items"][0]  # brought up by events, where it can be
        fresh = (
            await member.get(f"/messages/{root}"),
            (await member.get(f"/messages/{root}/thread"))["items"][0],
        )
        assert [each["replies"] for each in (followed, *fresh)] == [expected] * 3
        assert followed == fresh[0] == fresh[1]

    await same(None)
    await set_on(workspace, root, entry("members", "room.post"), CLOSED)
    await same("by_entries")
    await set_on(workspace, root, CLOSED)
    await same("closed")
    await member.post(path, {"text": "beside"})
    await same("closed")
    await set_on(workspace, root)
    await member.post(path, answer(root))
    await same(None)


async def test_entries_stay_when_the_first_message_is_deleted_and_when_the_room_moves(
    workspace: Workspace, member: Api
) -> None:
    category = (await workspace.owner.post(f"/workspaces/{workspace.id}/categories", {"name": "Quiet"}))["id"]
    await put_first(workspace, f"/categories/{category}", entry("everyone", "room.post", allow=False))
    room = await workspace.room()
    root, open_ = await thread(workspace, room), await thread(workspace, room)
    messages = f"/rooms/{room}/messages"
    await set_on(workspace, root, CLOSED)
    await set_on(workspace, open_, entry("user", "room.post", whom=member.user["id"]))
    await workspace.owner.delete(f"/messages/{root}")
    assert (await member.get(f"/messages/{root}"))["replies"] == "closed"
    assert await member.refusal("POST", messages, answer(root)) == (403, "thread_closed")
    await workspace.owner.patch(f"/rooms/{room}", {"category": category})
    assert await member.refusal("POST", messages, {"text": "x"}) == (403, "forbidden")
    await member.post(messages, answer(open_))
    await set_on(workspace, root)
    assert await member.refusal("POST", messages, answer(root)) == (403, "forbidden")
    await workspace.owner.patch(f"/rooms/{room}", {"archived": True})
    assert await member.refusal("POST", messages, answer(open_)) == (403, "forbidden")


async def test_rules_of_the_room_hold_in_its_threads(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    root = await thread(workspace, room)
    messages, held = f"/rooms/{room}/messages", f"/rooms/{room}/held"
    await workspace.owner.put(f"/rooms/{room}/rules", {"hold_all": True})
    moderate = entry("user", "messages.moderate", whom=member.user["id"])
    for entries in ([entry("members", "room.post")], [], [moderate]):
        await set_on(workspace, root, *entries)
        sent = await member.ask("POST", messages, answer(root))
        assert sent.status_code == (201 if entries == [moderate] else 202), sent.text  # moderators pass
    await set_on(workspace, root, CLOSED)
    assert await member.refusal("POST", messages, answer(root)) == (403, "thread_closed")
    first, second = [each["id"] for each in (await workspace.owner.get(held))["items"]]
    late = await workspace.owner.refusal("POST", f"{held}/{first}/approve", {})
    assert late == (409, "author_may_not_post")
    await set_on(workspace, root)
    await workspace.owner.post(f"{held}/{second}/approve", expect=200)
    assert (await member.get(f"/messages/{root}"))["reply_count"] == 2


async def test_nobody_answers_after_it_was_closed_however_much_goes_on(
    workspace: Workspace, member: Api
) -> None:
    room = await workspace.room()
    root = await thread(workspace, room)
    sockets = [await workspace.socket(member) for _ in range(3)]
    for _ in range(4):
        sending = [
            asyncio.create_task(socket.send(room, "answer", thread=root))
            for socket in sockets
            for _ in range(8)
        ]
        await set_on(workspace, root, CLOSED)
        late = [await socket.send(room, "late", thread=root) for socket in sockets]
        assert [nack["code"] for nack in late] == ["thread_closed"] * len(sockets)
        await asyncio.gather(*sending)
        events = (await member.get(f"/rooms/{room}/events", limit=200))["events"]
        closed = max(e["seq"] for e in events if e["body"].get("replies") == "closed")
        assert not [e for e in events if e["seq"] > closed and e["body"].get("thread") == root]
        await set_on(workspace, root)
