"""What servers know is ahead of the database: it lost something, or somebody told what never was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
import redis

from talkoot.kernel.redis import names_of
from talkoot.kernel.secrets import Secrets
from talkoot.realtime.bus import Message, control_message
from talkoot.realtime.bus_wire import Sender, channel_of
from tests.clients import Api, Socket, join
from tests.cluster.conftest import SECRET
from tests.cluster.test_two_nodes import Pair, pair_on
from tests.job_rows import rows
from tests.realtime.toy import until
from tests.servers.talkoot import Talkoot
from tests.servers.valkey import Valkey

NEVER = 1_000_000


@dataclass
class Own(Pair):
    """A workspace of the test's own; `before` is how much each node had said when it began."""

    before: tuple[int, ...] = ()


@pytest.fixture(scope="module")
def settings_of_two() -> dict[str, str]:
    return {"check_seconds": "0.5"}  # they look often


@pytest_asyncio.fixture(scope="module")
async def installed(shared_two: tuple[Talkoot, Talkoot]) -> AsyncIterator[Pair]:
    made = await pair_on(shared_two)
    async with made.owner, made.guest:
        yield made


@pytest_asyncio.fixture
async def pair(installed: Pair) -> AsyncIterator[Own]:
    owner, nodes = installed.owner, installed.nodes
    workspace = await owner.post("/workspaces", {"name": "Of a test's own"})
    async with (
        await join(owner, workspace["id"], f"guest{uuid4().hex[:8]}") as guest,
        installed.on(guest, 1) as there,
    ):
        room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "room"}))["id"]
        await guest.post(f"/rooms/{room}/join", expect=204)
        yield Own(nodes, owner, there, workspace, room, tuple(len(node.log) for node in nodes))


async def until_said(pair: Own, words: str) -> None:
    async def said() -> bool:
        return all(words in node.log[n:] for node, n in zip(pair.nodes, pair.before, strict=True))

    await until(said)


async def another_of(pair: Own) -> tuple[str, Sender]:
    """One more server that says what it likes, and what its channels are called."""
    ((installation,),) = await rows(pair.nodes[0], "SELECT name FROM incarnation")
    names = names_of(installation)
    return names, Sender(Secrets(SECRET).key_for(f"bus {names}"))


async def test_a_position_that_never_was_is_forgotten(pair: Own, valkey: Valkey) -> None:
    message = Message("log", UUID(pair.room), b'{"op":"ev"}', seq=NEVER)
    names, sender = await another_of(pair)
    async with await Socket.of(pair.owner) as here, await Socket.of(pair.guest) as there:
        for socket in (here, there):
            await socket.subscribe(pair.room)
        with redis.Redis.from_url(valkey.url) as client:
            client.execute_command(
                "SPUBLISH", f"{names}bus:{channel_of(message)}", sender.batch([message], 0.0)
            )
        await until_said(pair, "ends before what was told of it")
        for socket in (here, there):
            assert (await socket.ask(op="hb", seen={pair.room: 0}))["heads"][pair.room] < NEVER
        ack = await here.send(pair.room, "what is true")
        assert (await there.event("message.created", seq=ack["seq"]))["body"]["text"] == "what is true"


async def test_access_that_ends_after_the_rules_went_back_ends(pair: Own) -> None:
    """As after a standby took over that had not got the last changes."""
    workspace, member = UUID(pair.workspace["id"]), f"/rooms/{{}}/members/{pair.guest.user['id']}"
    made = await pair.owner.post(f"/workspaces/{workspace}/rooms", {"name": "closed", "kind": "private"})
    room, back = made["id"], 4
    await pair.owner.put(member.format(room), expect=204)
    for number in range(back):
        await pair.owner.post(f"/workspaces/{workspace}/rooms", {"name": f"more {number}", "kind": "private"})
    async with await Socket.of(pair.guest) as live:
        await live.subscribe(room)
        ((version,),) = await rows(
            pair.nodes[0],
            "UPDATE workspaces SET access_version = access_version - $2 WHERE id = $1"
            " RETURNING access_version",
            workspace,
            back,
        )
        lost = "DELETE FROM access_log WHERE workspace_id = $1 AND version > $2 RETURNING version"
        assert len(await rows(pair.nodes[0], lost, workspace, version)) == back
        await until_said(pair, "went back")
        await pair.owner.delete(member.format(room))
        secret = await pair.owner.post(f"/rooms/{room}/messages", {"text": "secret"})
        assert (await live.until(op="gone", room=room))["seq"] < secret["seq"]
        assert "secret" not in str(await live.settled())


async def test_who_is_beyond_the_end_of_a_room_begins_anew(pair: Own) -> None:
    async with await Socket.of(pair.guest) as there:
        await there.subscribe(pair.room)
        sent = await pair.owner.post(f"/rooms/{pair.room}/messages", {"text": "lost"})
        await there.event("message.created", seq=sent["seq"])
        for statement in (
            "DELETE FROM messages WHERE room_id = $1 AND seq = $2",
            "DELETE FROM events WHERE log = $1 AND seq = $2",
            "UPDATE logs SET head = head - 1, count = count - 1 WHERE id = $1 AND head = $2",
        ):
            await rows(pair.nodes[0], statement, UUID(pair.room), sent["seq"])
        assert (await there.closed())[0] == 4500
    async with await Socket.of(pair.guest) as again:
        await again.subscribe(pair.room, since=sent["seq"])
        assert (await again.until(op="reset"))["reason"] == "ahead"
        told = await pair.owner.post(f"/rooms/{pair.room}/messages", {"text": str(uuid4())})
        assert told["seq"] == sent["seq"]
        assert (await again.event("message.created", seq=told["seq"]))["body"]["text"] == told["text"]
        for person in (pair.owner, pair.guest):

            async def agrees(person: Api = person) -> bool:
                log = await person.get(f"/rooms/{pair.room}/events", after=sent["seq"] - 1)
                return [event["id"] for event in log["events"]] == [told["id"]]

            await until(agrees)  # Redis is told a moment later


async def test_what_is_wild_takes_no_memory_and_stops_nothing(pair: Own, valkey: Valkey) -> None:
    """Changes of rules and messages of workspaces that there never were, or of versions that never were."""
    real = UUID(pair.workspace["id"])
    wild: list[Message] = []
    for number in range(300):
        scope = real if number % 3 == 0 else uuid4()
        wild.append(Message("user", uuid4(), b"x" * 100_000, scope=scope, version=NEVER + number))
        said = {"workspace": scope, "version": NEVER + number, "resource": scope, "kind": "workspace"}
        wild.append(control_message("access.changed", **said, users=uuid4()))
        wild.append(Message("log", UUID(pair.room), b"x" * 100_000, seq=NEVER + number))
    (names, forger), peak = await another_of(pair), 0.0
    async with await Socket.of(pair.owner) as here, await Socket.of(pair.guest) as there:
        for socket in (here, there):
            await socket.subscribe(pair.room)
        with redis.Redis.from_url(valkey.url) as client:
            for start in range(0, len(wild), 24):
                batch = forger.batch(wild[start : start + 24], 0.0)
                client.execute_command("SPUBLISH", f"{names}bus:0", batch)
                peak = max(peak, await told(pair, "talkoot_fence_waiting_bytes"))
        assert peak < 17 * 1024 * 1024

        async def over() -> bool:
            return not await told(pair, "talkoot_fence_waiting")

        await until(over)
        ack = await here.send(pair.room, "what is true")
        assert (await there.event("message.created", seq=ack["seq"]))["body"]["text"] == "what is true"
        await pair.owner.delete(f"/workspaces/{real}/members/{pair.guest.user['id']}")
        assert (await there.until(op="gone"))["room"] == pair.room


async def told(pair: Pair, metric: str) -> float:
    """The greatest value of a metric at any of the nodes."""
    async with httpx2.AsyncClient() as client:
        pages = [(await client.get(f"{node.url}/metrics")).text for node in pair.nodes]
    lines = [line.split() for page in pages for line in page.splitlines()]
    return max(float(value) for name, value in (line for line in lines if len(line) == 2) if name == metric)
