"""An fsync that fails: who was told "acknowledged" can rely on it, also when the power goes afterwards."""

import asyncio
import uuid
from pathlib import Path

from talkoot.kernel.durability import NOT_ON_DISK
from tests.clients import PATIENCE, Socket, set_up
from tests.faults import disk
from tests.faults.writers import whole_log
from tests.servers.talkoot import Talkoot


async def test_a_server_whose_fsync_failed_ends_and_promises_nothing(tmp_path: Path) -> None:
    talkoot = Talkoot(tmp_path / "data")
    talkoot.environment.update(disk.shimmed(tmp_path))
    talkoot.start()
    owner, workspace = await set_up(talkoot.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Hall"}))["id"]
    before = await owner.post(f"/rooms/{room}/messages", {"text": "before"})
    cid = str(uuid.uuid4())
    async with await Socket.of(owner) as socket:
        (tmp_path / "orders" / "fail").touch()
        await socket.push(op="send", room=room, text="in doubt", cid=cid)
        await socket.closed()
        assert not [frame for frame in socket.frames if frame["op"] in {"ack", "ev"}]
    async with asyncio.timeout(PATIENCE):
        while talkoot.process.running:  # noqa: ASYNC110 - nobody tells of the end of a process
            await asyncio.sleep(0.02)
    assert talkoot.process.ended_with == NOT_ON_DISK
    assert "THE DISK FAILED" in talkoot.log
    talkoot.start()
    assert "written again" in talkoot.log
    sent = await owner.ask("POST", f"/rooms/{room}/messages", {"text": "in doubt", "cid": cid})
    again = sent.json()
    later = await owner.post(f"/rooms/{room}/messages", {"text": "later"})
    talkoot.kill()
    disk.cut_power(tmp_path)
    talkoot.start()
    events = {event["seq"]: event for event in await whole_log(owner, room)}
    for told in (before, again, later):
        assert events[told["seq"]]["body"]["text"] == told["text"]
    assert len(events) == later["seq"]
    await owner.close()
    talkoot.stop()


def test_a_database_that_can_not_be_settled_is_not_served(tmp_path: Path) -> None:
    talkoot = Talkoot(tmp_path / "data")
    talkoot.data.mkdir()
    (talkoot.data / "talkoot.db").write_bytes(b"no database at all" * 100)
    (talkoot.data / "talkoot.db-wal").write_bytes(b"x")
    done = talkoot.run("serve", "--port", "0")
    assert done.returncode == 3
    assert "can not be written" in done.stderr
