"""Sending, editing and deleting, over HTTP and the socket alike."""

import uuid

import pytest

from tests.clients import Api
from tests.workspaces import Workspace


async def test_a_message_is_sent_over_http_and_heard_on_the_socket(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "hello"})
    event = await socket.event("message.created")
    assert (event["id"], event["seq"], event["room"]) == (sent["id"], sent["seq"], room)
    assert event["body"] == {"text": "hello", "thread": None}
    assert event["sender"] == workspace.owner.user["id"]
    assert event["ts"] == sent["ts"]
    assert sent["sender"] == {
        key: workspace.owner.user[key] for key in ("id", "username", "display_name", "bot")
    }
    assert (sent["deleted"], sent["edited_at"], sent["reply_count"]) == (False, None, 0)
    assert await member.get(f"/messages/{sent['id']}") == sent


async def test_the_sender_hears_the_own_message_on_the_same_path(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    cid = str(uuid.uuid4())
    ack = await socket.send(room, "to all", cid)
    event = await socket.event("message.created")
    assert (ack["op"], ack["dup"], ack["cid"], ack["room"]) == ("ack", False, cid, room)
    assert (event["seq"], event["id"], event["ts"], event["cid"]) == (ack["seq"], ack["id"], ack["ts"], cid)


async def test_a_retry_is_answered_with_the_first_message(workspace: Workspace, member: Api) -> None:
    room, cid = await workspace.room(), str(uuid.uuid4())
    socket = await workspace.socket(member, room)
    first = await socket.send(room, "once", cid)
    for _ in range(2):
        again = await socket.send(room, "once", cid)
        assert {**again, "ref": 0} == {**first, "ref": 0, "dup": True}
    over_http = await member.post(f"/rooms/{room}/messages", {"text": "once", "cid": cid}, expect=200)
    assert (over_http["id"], over_http["seq"]) == (first["id"], first["seq"])
    assert len((await member.get(f"/rooms/{room}/messages"))["items"]) == 1
    frames = await socket.settled()
    assert len([frame for frame in frames if frame.get("type") == "message.created"]) == 1


async def test_who_may_not_read_any_more_is_told_of_a_retry_only_what_they_sent(
    workspace: Workspace, member: Api
) -> None:
    """On every way: nothing of what came later, neither replies nor an end of the message."""
    room, cid = await workspace.room(kind="private"), str(uuid.uuid4())
    mine = f"/rooms/{room}/members/{member.user['id']}"
    await workspace.owner.put(mine, expect=204)
    body = {"text": "mine", "cid": cid}
    first = await member.post(f"/rooms/{room}/messages", body)
    edit = {"text": "edited", "cid": str(uuid.uuid4())}
    await member.patch(f"/messages/{first['id']}", edit)
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "reply", "thread": first["id"]})
    seen = await member.post(f"/rooms/{room}/messages", body, expect=200)
    assert (seen["text"], seen["reply_count"]) == ("edited", 1)
    await workspace.owner.delete(mine)
    assert await member.post(f"/rooms/{room}/messages", body, expect=200) == first
    await workspace.owner.delete(f"/messages/{first['id']}")
    assert await member.post(f"/rooms/{room}/messages", body, expect=200) == first
    for method, again in (("PATCH", edit), ("DELETE", None)):
        assert await member.refusal(method, f"/messages/{first['id']}", again) == (404, "not_found")
    socket = await workspace.socket(member)
    answer = await socket.send(room, "mine", cid)
    assert {**answer, "ref": 0} == {
        "op": "ack",
        "ref": 0,
        "cid": cid,
        "dup": True,
        **{name: first[name] for name in ("room", "seq", "id", "ts")},
    }


async def test_a_cid_is_ones_own(workspace: Workspace, member: Api) -> None:
    room, cid = await workspace.room(), str(uuid.uuid4())
    mine = await member.post(f"/rooms/{room}/messages", {"text": "same", "cid": cid})
    other = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "same", "cid": cid})
    assert mine["id"] != other["id"]


async def test_the_same_cid_for_something_else_is_a_conflict(workspace: Workspace, member: Api) -> None:
    room, elsewhere, cid = await workspace.room(), await workspace.room(), str(uuid.uuid4())
    socket = await workspace.socket(member)
    root = await socket.send(room, "one", cid)
    for target, text, more in [
        (room, "two", {}),
        (elsewhere, "one", {}),
        (room, "one", {"thread": root["id"]}),
    ]:
        nack = await socket.send(target, text, cid, **more)
        assert (nack["op"], nack["code"], nack["retryable"], nack["cid"]) == ("nack", "conflict", False, cid)
    body = {"text": "two", "cid": cid}
    assert await member.refusal("POST", f"/rooms/{room}/messages", body) == (409, "conflict")
    assert (await member.get(f"/rooms/{elsewhere}/messages"))["items"] == []


async def test_only_the_author_edits(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    sent = await socket.send(room, "tpyo")
    edited = await member.patch(f"/messages/{sent['id']}", {"text": "typo"})
    assert edited["text"] == "typo"
    assert edited["edited_at"] > edited["ts"]
    event = await socket.event("message.updated")
    assert event["body"] == {"message": sent["id"], "text": "typo", "edited_at": edited["edited_at"]}
    assert event["seq"] == sent["seq"] + 1
    answer = await workspace.owner.refusal("PATCH", f"/messages/{sent['id']}", {"text": "owned"})
    assert answer == (403, "forbidden")
    assert (await member.get(f"/messages/{sent['id']}"))["text"] == "typo"


async def test_edits_over_the_socket_are_retried_safely(workspace: Workspace, member: Api) -> None:
    room, cid = await workspace.room(), str(uuid.uuid4())
    socket = await workspace.socket(member, room)
    sent = await socket.send(room, "before")
    ack = await socket.ask(op="edit", message=sent["id"], text="after", cid=cid)
    again = await socket.ask(op="edit", message=sent["id"], text="after", cid=cid)
    assert (ack["op"], again["op"], again["dup"]) == ("ack", "ack", True)
    assert (ack["seq"], ack["id"]) == (again["seq"], again["id"])
    other = await socket.ask(op="edit", message=sent["id"], text="other", cid=cid)
    assert (other["op"], other["code"]) == ("nack", "conflict")
    assert (await member.get(f"/messages/{sent['id']}"))["text"] == "after"


async def test_a_deleted_message_leaves_an_empty_place(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    sent = await socket.send(room, "regret")
    ack = await socket.ask(op="delete", message=sent["id"])
    event = await socket.event("message.deleted")
    assert (event["seq"], event["body"]) == (ack["seq"], {"message": sent["id"]})
    left = await member.get(f"/messages/{sent['id']}")
    assert (left["text"], left["deleted"], left["seq"]) == ("", True, sent["seq"])
    again = await socket.ask(op="delete", message=sent["id"])
    assert (again["op"], again["dup"], again["seq"]) == ("ack", True, ack["seq"])
    await member.delete(f"/messages/{sent['id']}")
    assert await member.refusal("PATCH", f"/messages/{sent['id']}", {"text": "back"}) == (404, "not_found")
    assert (await member.get(f"/rooms/{room}"))["head"] == ack["seq"]


async def test_who_moderates_deletes_what_others_wrote_and_nobody_else(
    workspace: Workspace, member: Api
) -> None:
    room, other = await workspace.room(), await workspace.member()
    sent = await member.post(f"/rooms/{room}/messages", {"text": "rude"})
    assert await other.refusal("DELETE", f"/messages/{sent['id']}") == (403, "forbidden")
    socket = await workspace.socket(other)
    nack = await socket.ask(op="delete", message=sent["id"])
    assert (nack["op"], nack["code"]) == ("nack", "forbidden")
    await workspace.owner.delete(f"/messages/{sent['id']}")
    assert (await member.get(f"/messages/{sent['id']}"))["deleted"] is True


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 16_001, "bell\x07", "\x1b[2J"])
async def test_what_is_no_text_is_refused(workspace_sqlite: Workspace, text: str) -> None:
    room, owner = await workspace_sqlite.room(), workspace_sqlite.owner
    assert await owner.refusal("POST", f"/rooms/{room}/messages", {"text": text}) == (422, "invalid")
    socket = await workspace_sqlite.socket(owner)
    nack = await socket.send(room, text)
    assert (nack["op"], nack["code"], nack["retryable"]) == ("nack", "invalid", False)
    assert (await owner.get(f"/rooms/{room}/messages"))["items"] == []


@pytest.mark.parametrize(
    "text", ["x" * 16_000, "🦊" * 5_000, "e\u0301 \u202e مرحبا", 'a"\\\n\tb', "a\u2028b"]
)
async def test_a_text_comes_back_as_it_was(workspace: Workspace, text: str) -> None:
    room, owner = await workspace.room(), workspace.owner
    socket = await workspace.socket(owner, room)
    sent = await owner.post(f"/rooms/{room}/messages", {"text": text})
    assert sent["text"] == text
    assert (await socket.event("message.created"))["body"]["text"] == text
    await socket.send(room, text)
    assert (await socket.event("message.created"))["body"]["text"] == text
    assert [item["text"] for item in (await owner.get(f"/rooms/{room}/messages"))["items"]] == [text, text]


async def test_line_breaks_are_kept_as_one_kind(workspace_sqlite: Workspace) -> None:
    room = await workspace_sqlite.room()
    sent = await workspace_sqlite.owner.post(f"/rooms/{room}/messages", {"text": "a\r\nb\rc\nd"})
    assert sent["text"] == "a\nb\nc\nd"
