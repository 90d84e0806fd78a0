"""`talkoot recount`: what is written down follows from what is there, and damage is found."""

import asyncio
import uuid

from tests.clients import join, set_up
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot

# Each changes one number of the room, or one that is somebody's; and what is said of it then.
DAMAGE = {
    "UPDATE logs SET count = count + 1 WHERE id = $1": "the messages that count: 4 is written down, 3",
    "UPDATE logs SET head = head + 1 WHERE id = $1": "the head of the log",
    "UPDATE events SET count = 7 WHERE log = $1 AND seq = 1": "the messages up to an event: 7",
    "UPDATE read_positions SET count = 9 WHERE room_id = $1 AND seq > 3": "somebody has read: 9",
    "UPDATE read_positions SET seq = 900 WHERE room_id = $1 AND seq > 3": "how far somebody has read: 900",
    "UPDATE read_positions SET marked_count = 5 WHERE room_id = $1 AND marked_seq > 0": "before a mark: 5",
    "UPDATE messages SET reply_count = 3 WHERE room_id = $1 AND reply_count = 1": "replies to a message: 3",
    "UPDATE thread_follows SET seq = 900 WHERE room_id = $1": "has read a thread: 900",
}


async def test_a_recount_finds_nothing_until_something_is_damaged(talkoot: Talkoot) -> None:
    owner, workspace = await set_up(talkoot.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Counted"}))["id"]
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        await ada.post(f"/rooms/{room}/join", expect=204)
        root, _, last = [await owner.post(f"/rooms/{room}/messages", {"text": text}) for text in "abc"]
        replies = [
            await ada.post(f"/rooms/{room}/messages", {"text": "x", "thread": root["id"]}) for _ in range(2)
        ]
        await ada.delete(f"/messages/{replies[1]['id']}")
        await owner.delete(f"/messages/{last['id']}")
        head = (await ada.get(f"/rooms/{room}"))["head"]
        await ada.put(f"/rooms/{room}/read", {"seq": head})
        await ada.put(f"/rooms/{room}/unread", {"seq": last["seq"]})
    whole = await asyncio.to_thread(talkoot.run, "recount")
    assert (whole.returncode, whole.stdout.splitlines()) == (0, ["0 differences in 3 rooms."]), whole.stderr
    for damage in DAMAGE:
        await rows(talkoot, damage, uuid.UUID(room))
    found = await asyncio.to_thread(talkoot.run, "recount")
    assert found.returncode == 1
    *told, last_line = found.stdout.splitlines()
    assert last_line == f"{len(told)} differences in 3 rooms."
    assert all(line.startswith(f"room {room}: ") for line in told)
    for damage, said in DAMAGE.items():
        assert any(said in line for line in told), (damage, found.stdout)
