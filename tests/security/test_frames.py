"""Hostile frames and hostile silence: rows 26 and 28 of the requirements."""

import asyncio
import json
import uuid
import zlib
from pathlib import Path

import pytest

from tests.clients import Socket, set_up
from tests.conftest import Serve
from tests.security.raw import BINARY, PING, TEXT, Raw, frame
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

FIN = 0x80
BOMB = zlib.compress(b"x" * 10_000_000)
HOSTILE = {
    "65,537 bytes": (frame(b'{"op":"' + b"x" * 65_528 + b'"}'), {1009}),
    "an announced gigabyte": (bytes([FIN | TEXT, 0xFF]) + (2**30).to_bytes(8, "big") + b"\0" * 4, {1009}),
    "a length beyond 63 bits": (bytes([FIN | TEXT, 0xFF]) + b"\xff" * 8 + b"\0" * 4, {1002, 1009}),
    "10,000 fragments": (frame(b"[", TEXT) + frame(b"", 0) * 10_000, {1002, 1009}),
    "not masked": (frame(b'{"op":"hb"}', masked=False), {1002}),
    "reserved bits": (frame(b'{"op":"hb"}', FIN | 0x30 | TEXT), {1002}),
    "a deflate bomb": (frame(BOMB, FIN | 0x40 | TEXT), {1002}),
    "an unknown opcode": (frame(b"", FIN | 0x3), {1002}),
    "a binary frame": (frame(b"\0", FIN | BINARY), {1003}),
    "not UTF-8": (frame(b'{"op":"\xff"}'), {1007}),
    "a continuation of nothing": (frame(b"x", FIN), {1002}),
    "a long ping": (frame(b"x" * 126, FIN | PING), {1002}),
    "a ping in parts": (frame(b"x", PING), {1002}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_row_26_a_hostile_frame_ends_with_its_code(workspace_sqlite: Workspace, name: str) -> None:
    data, codes = HOSTILE[name]
    async with Raw(workspace_sqlite.owner.url) as raw:
        await raw.hello(workspace_sqlite.owner)
        raw.write(data)
        assert await asyncio.wait_for(raw.closed(), 5) in codes


def resident(talkoot: Talkoot) -> int:
    status = Path(f"/proc/{talkoot.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


async def test_row_26_hostile_frames_cost_no_memory(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)

    async def attack() -> None:
        for data, _ in HOSTILE.values():
            async with Raw(talkoot_sqlite.url) as raw:
                await raw.hello(owner)
                raw.write(data)
                await raw.closed()

    await attack()
    before = resident(talkoot_sqlite)
    for _ in range(4):
        await attack()
    assert resident(talkoot_sqlite) - before < 20_000  # KiB
    await owner.close()


async def test_row_28_a_client_that_does_not_read_is_closed_and_costs_the_others_nothing(
    talkoot_sqlite: Talkoot,
) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Loud"}))["id"]
    async with (
        Raw(talkoot_sqlite.url) as stalled,
        await Socket.of(owner) as sender,
        await Socket.of(owner) as other,
    ):
        await stalled.hello(owner)
        stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
        stalled.write(frame(json.dumps({"op": "sub", "rooms": [{"room": room}]}).encode()))
        await other.subscribe(room)
        await other.settled()
        before = resident(talkoot_sqlite)
        for start in range(0, 400, 16):
            acks = [sender.send(room, f"{n}".ljust(16_000, "x")) for n in range(start, start + 16)]
            assert {ack["op"] for ack in await asyncio.gather(*acks)} == {"ack"}
        heard = [f["body"]["text"].rstrip("x") for f in await other.settled() if f["op"] == "ev"]
        assert heard == [str(number) for number in range(400)]
        assert resident(talkoot_sqlite) - before < 60_000
        metrics = (await owner.http.get(f"{talkoot_sqlite.url}/metrics")).text
        assert any("4409" in line and line.rstrip().endswith("1.0") for line in metrics.splitlines()), metrics
    await owner.close()


async def test_row_28_whoever_says_nothing_is_sent_away(workspace_sqlite: Workspace) -> None:
    async with Raw(workspace_sqlite.owner.url) as silent, Raw(workspace_sqlite.owner.url) as half:
        assert await silent.handshake() == 101
        assert await half.handshake() == 101
        half.write(frame(b'{"op":"hello","token":"')[:10])
        codes = await asyncio.gather(silent.closed(), half.closed())
        assert codes[0] == 4408
        assert codes[1] in {4408, 1002}


async def test_row_28_sockets_of_one_person_are_bounded(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on", max_connections_per_user="5")
    owner, _ = await set_up(talkoot.url)
    sockets = [await Socket.of(owner) for _ in range(5)]
    surplus = await Socket.open(talkoot.url)
    await surplus.push(op="hello", token=owner.token)
    assert (await surplus.closed())[0] == 4413
    await sockets.pop().close()
    sockets.append(await Socket.of(owner))
    for client in [*sockets, surplus]:
        await client.close()
    await owner.close()


async def test_row_28_a_flood_of_sends_is_refused_then_closed(serve: Serve) -> None:
    talkoot = serve("sqlite", rate_limits="on")
    owner, workspace = await set_up(talkoot.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Loud"}))["id"]
    async with await Socket.of(owner) as socket:
        for number in range(100):
            await socket.push(op="send", room=room, text=str(number), cid=str(uuid.uuid4()), ref=f"{number}")
        assert (await socket.closed())[0] == 4429
        refused = [
            frame for frame in socket.frames if frame["op"] == "nack" and frame["code"] == "rate_limited"
        ]
        assert refused
        assert all(nack["retryable"] and nack["retry_after"] > 0 for nack in refused)
        acks = [frame["seq"] for frame in socket.frames if frame["op"] == "ack"]
    stored = (await owner.get(f"/rooms/{room}/messages", limit=200))["items"]
    assert {item["seq"] for item in stored} >= {*acks}
    assert len(stored) < 60
    await owner.close()
