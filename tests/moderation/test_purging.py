"""Deleting all that somebody wrote: what goes, what stays, and that it goes on whatever happens."""

import asyncio
import time
import uuid

from tests.clients import PATIENCE, Api, Json, join, set_up
from tests.conftest import Serve
from tests.workspaces import Workspace

MANY = 60  # more than one portion


async def say_much(workspace: Workspace, author: Api, room: str) -> None:
    socket = await workspace.socket(author)
    for _ in range(MANY // 10):
        answers = await asyncio.gather(*(socket.send(room, f"spam {n}") for n in range(10)))
        assert {answer["op"] for answer in answers} == {"ack"}


async def purge(by: Api, node: str, author: Api, **more: object) -> Json:
    """Begin one, and wait for its end."""
    await by.post(f"{node}/purges", {"user": author.user["id"], **more}, expect=202)
    return await ended(by, node)


async def ended(by: Api, node: str) -> Json:
    deadline = time.monotonic() + PATIENCE
    while (newest := (await by.get(f"{node}/purges"))["items"][0])["state"] == "running":
        assert time.monotonic() < deadline, newest
        await asyncio.sleep(0.05)
    found: Json = newest
    return found


async def texts(reader: Api, room: str) -> list[str]:
    page = await reader.get(f"/rooms/{room}/messages", limit=200)
    return [message["text"] for message in page["items"] if not message["deleted"]]


async def test_all_of_somebody_goes_from_all_rooms_that_one_moderates(workspace: Workspace) -> None:
    owner, author, other = workspace.owner, await workspace.member(), await workspace.member()
    one, two, at = await workspace.room(), await workspace.room(), f"/workspaces/{workspace.id}"
    hidden = (await other.post(f"{at}/rooms", {"name": "hidden", "kind": "private"}))["id"]
    await other.put(f"/rooms/{hidden}/members/{author.user['id']}", expect=204)
    root = await other.post(f"/rooms/{two}/messages", {"text": "kept"})
    for _ in range(2):
        await author.post(f"/rooms/{two}/messages", {"text": "reply", "thread": root["id"]})
    await other.post(f"/rooms/{two}/messages", {"text": "a reply that stays", "thread": root["id"]})
    for room in (one, two, hidden):
        await author.post(f"/rooms/{room}/messages", {"text": "xylophone"})
    await say_much(workspace, author, one)
    await owner.put(f"/rooms/{one}/rules", {"hold_all": True})
    held = await author.post(f"/rooms/{one}/messages", {"text": "xylophone"}, expect=202)
    listener = await workspace.socket(other, one)
    await author.delete(f"{at}/members/{author.user['id']}")  # who wrote it has left meanwhile
    done = await purge(owner, at, author, reason="spam")
    assert (done["state"], done["deleted"], done["reason"]) == ("done", MANY + 4, "spam")
    assert (done["rooms_done"], done["rooms_total"]) == (done["rooms_total"], 3)
    assert (await texts(owner, one), await texts(other, two), await texts(other, hidden)) == (
        [],
        ["kept"],
        ["xylophone"],
    )
    log = await owner.get(f"/rooms/{one}/events", limit=200)
    assert [event["seq"] for event in log["events"]] == list(range(1, log["head"] + 1))
    assert "spam" not in str(log["events"])
    gone = [frame for frame in await listener.settled() if frame.get("type") == "message.deleted"]
    assert len(gone) == MANY + 1
    assert (await owner.get(f"/messages/{root['id']}"))["reply_count"] == 1
    assert (await owner.get(f"/rooms/{one}/held"))["items"] == []
    assert await owner.refusal("POST", f"/rooms/{one}/held/{held['id']}/approve", {}) == (409, "conflict")
    acts = (await owner.get(f"{at}/audit", subject=author.user["id"]))["items"]
    kinds = [act["kind"] for act in acts]
    assert kinds[:2] == ["messages.purge_done", "messages.purge_begun"]
    assert acts[0]["after"]["deleted"] == MANY + 4


async def test_only_those_of_the_last_hours_and_only_of_one_room(workspace_sqlite: Workspace) -> None:
    workspace = workspace_sqlite
    owner, author = workspace.owner, await workspace.member()
    room, elsewhere = await workspace.room(), await workspace.room()
    for each in (room, elsewhere):
        await author.post(f"/rooms/{each}/messages", {"text": "now"})
    done = await purge(owner, f"/rooms/{room}", author, hours=1)
    assert (done["deleted"], done["since"] is None) == (1, False)
    assert (await texts(owner, room), await texts(owner, elsewhere)) == ([], ["now"])
    again = await purge(owner, f"/rooms/{room}", author)
    assert (again["deleted"], again["since"]) == (0, None)
    await owner.delete(f"/rooms/{room}/purges/{again['id']}")  # it has ended: nothing is stopped
    assert (await owner.refusal("DELETE", f"/rooms/{elsewhere}/purges/{again['id']}"))[0] == 404


async def test_rows_20_and_25_not_of_strangers_of_those_above_or_where_one_may_not_look(
    workspace_sqlite: Workspace,
) -> None:
    workspace = workspace_sqlite
    owner, moderator, member = workspace.owner, await workspace.member(), await workspace.member()
    at = f"/workspaces/{workspace.id}"
    await owner.put(f"{at}/members/{moderator.user['id']}", {"role": "moderator"}, expect=204)
    room, hidden = await workspace.room(), await workspace.room(kind="private")
    async with await Workspace.make(owner) as other:
        stranger = await other.member()
        for whom, status in ((owner, 403), (moderator, 403), (stranger, 404)):
            for node in (at, f"/rooms/{room}"):
                body = {"user": whom.user["id"]}
                assert (await moderator.refusal("POST", f"{node}/purges", body))[0] == status
        body = {"user": str(uuid.uuid4())}
        assert (await moderator.refusal("POST", f"{at}/purges", body))[0] == 404
        body = {"user": member.user["id"]}
        assert (await moderator.refusal("POST", f"/rooms/{hidden}/purges", body))[0] == 404
        assert (await member.refusal("POST", f"{at}/purges", body))[0] == 403
        assert (await stranger.refusal("GET", f"{at}/purges"))[0] == 404
        assert (await owner.refusal("POST", f"{at}/purges", {**body, "hours": 0}))[0] == 422


async def test_what_a_dead_server_began_is_gone_on_with(serve: Serve) -> None:
    talkoot = serve("sqlite", fail="job_middle", job_lease_seconds="1.5", search="off")
    owner, workspace = await set_up(talkoot.url)
    async with owner, await join(owner, workspace["id"], "author") as author:
        async with Workspace(owner, workspace) as made:
            room = await made.room()
            await say_much(made, author, room)
        node = f"/rooms/{room}"
        await owner.ask("POST", f"{node}/purges", {"user": author.user["id"]})
        deadline = time.monotonic() + PATIENCE
        while talkoot.process.running:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        del talkoot.environment["TALKOOT_FAIL"]
        talkoot.start()
        done = await ended(owner, node)
        assert (done["state"], done["deleted"]) == ("done", MANY)
        assert await texts(owner, room) == []
