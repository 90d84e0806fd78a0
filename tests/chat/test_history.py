"""History in pages and the log itself: ascending whatever the cursor, and nothing deleted comes back."""

import pytest

from tests.clients import Api, Json
from tests.workspaces import Workspace


async def filled(workspace: Workspace, count: int) -> tuple[str, list[int]]:
    """A room with so many messages, and their positions (which an edit keeps from being neighbours)."""
    room = await workspace.room()
    socket = await workspace.socket(workspace.owner, room)
    seqs = []
    for number in range(count):
        ack = await socket.send(room, f"text {number}")
        seqs.append(ack["seq"])
        if number % 3 == 0:
            await socket.ask(op="edit", message=ack["id"], text=f"text {number}!")
    return room, seqs


def seqs_of(page: Json) -> list[int]:
    return [item["seq"] for item in page["items"]]


async def test_pages_are_ascending_whichever_cursor_is_given(workspace: Workspace) -> None:
    room, seqs = await filled(workspace, 12)
    path = f"/rooms/{room}/messages"

    async def page(**query: int) -> list[int]:
        return seqs_of(await workspace.owner.get(path, **query))

    assert await page() == seqs
    assert await page(limit=5) == seqs[-5:]
    assert await page(before=seqs[6], limit=4) == seqs[2:6]
    assert await page(after=seqs[6], limit=4) == seqs[7:11]
    assert await page(around=seqs[6], limit=4) == seqs[4:8]
    assert await page(around=seqs[6] + 1, limit=4) == seqs[5:9]  # a position without a message of its own
    assert await page(around=seqs[0], limit=4) == seqs[0:2]
    assert await page(around=10**9, limit=4) == seqs[-2:]
    assert await page(before=seqs[0]) == []
    assert await page(after=seqs[-1]) == []
    assert await page(before=0) == []


@pytest.mark.parametrize("direction", ["before", "after"])
async def test_the_cursors_of_a_page_lead_through_everything_once(
    workspace: Workspace, direction: str
) -> None:
    room, seqs = await filled(workspace, 11)
    follow = {"before": "previous", "after": "next"}[direction]
    query = {"after": 0} if direction == "after" else {}
    found: list[int] = []
    for _ in range(9):
        page = await workspace.owner.get(f"/rooms/{room}/messages", limit=3, **query)
        found = seqs_of(page) + found if direction == "before" else found + seqs_of(page)
        if page[follow] is None:
            break
        query = {direction: int(page[follow])}
    assert found == seqs


async def test_the_cursors_around_a_position_lead_on_in_both_directions(workspace: Workspace) -> None:
    room, seqs = await filled(workspace, 12)
    path = f"/rooms/{room}/messages"
    middle = await workspace.owner.get(path, around=seqs[6], limit=4)
    older = await workspace.owner.get(path, before=int(middle["previous"]), limit=4)
    newer = await workspace.owner.get(path, after=int(middle["next"]), limit=4)
    assert seqs_of(older) + seqs_of(middle) + seqs_of(newer) == seqs
    assert (older["previous"], newer["next"]) == (None, None)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"before": -1},
        {"after": 2**53},
        {"around": "here"},
        {"before": 3, "after": 1},
        {"around": 10**30},
    ],
)
async def test_what_is_no_page_is_refused(workspace_sqlite: Workspace, query: Json) -> None:
    room = await workspace_sqlite.room()
    assert await workspace_sqlite.owner.refusal("GET", f"/rooms/{room}/messages", **query) == (422, "invalid")


async def test_the_log_is_read_from_any_position(workspace: Workspace) -> None:
    room, _ = await filled(workspace, 6)
    path = f"/rooms/{room}/events"
    whole = await workspace.owner.get(path)
    seqs = [event["seq"] for event in whole["events"]]
    assert seqs == [*range(1, whole["head"] + 1)]
    for after in range(len(seqs) + 2):
        part = await workspace.owner.get(path, after=after)
        assert part["events"] == whole["events"][after:]
        assert (part["head"], part["epoch"]) == (whole["head"], whole["epoch"])
    assert (await workspace.owner.get(path, after=2, limit=3))["events"] == whole["events"][2:5]
    times = [event["ts"] for event in whole["events"]]
    assert times == sorted(set(times))
    assert all(ts.endswith("Z") and len(ts) == len("2026-01-01T00:00:00.000000Z") for ts in times)


async def test_what_was_deleted_is_gone_from_the_log_too(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    root = await socket.send(room, "public secret")
    reply = await socket.send(room, "second secret", thread=root["id"])
    await socket.ask(op="edit", message=root["id"], text="edited secret")
    for message in (root, reply):
        await socket.ask(op="delete", message=message["id"])
    whole = await member.http.get(f"/rooms/{room}/events")
    assert "secret" not in whole.text
    late = await workspace.socket(member)
    await late.subscribe(room, since=0)
    assert "secret" not in str(await late.settled())
    for path in (f"/rooms/{room}/messages", f"/messages/{root['id']}", f"/messages/{root['id']}/thread"):
        assert "secret" not in (await member.http.get(path)).text
    events = {event["id"]: event for event in whole.json()["events"]}
    assert events[root["id"]]["type"] == "message.created"
    assert events[root["id"]]["body"]["deleted"] is True
    assert events[reply["id"]]["body"]["thread"] == root["id"]


async def test_a_retry_after_the_deletion_does_not_bring_it_back(workspace: Workspace, member: Api) -> None:
    room = await workspace.room()
    socket = await workspace.socket(member, room)
    cid = "0f6c9f0e-6e7b-4a5e-9a53-2f4f1f0c9d11"
    sent = await socket.send(room, "once", cid)
    await socket.ask(op="delete", message=sent["id"])
    again = await socket.send(room, "once", cid)
    assert (again["op"], again["dup"], again["seq"]) == ("ack", True, sent["seq"])
    assert (await member.get(f"/messages/{sent['id']}"))["text"] == ""
