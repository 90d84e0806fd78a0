"""Sends hostile inputs to a server, many at a time, and watches what that does to it."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from tests.clients import Api, join, set_up
from tests.security.hostile.inputs import FRAMES, OVER_HTTP, Make, World, frame_of, http, message
from tests.security.hostile.watched import Watch
from tests.security.hostile.wire import Wire
from tests.security.raw import CLOSE, Raw, frame
from tests.servers.talkoot import Talkoot

WORKERS = 4  # of each kind
BATCH = 20  # frames on one socket
REMEMBERED = 900  # of the longest messages: more than the newest that a server keeps in memory
LONGEST = "\U0001f98a" * 16_000


AGAIN_LATER = 503


def is_error(status: int) -> bool:
    """Whether the server did something wrong. Who reads while access changes is told to try again."""
    return status >= 500 and status != AGAIN_LATER


@dataclass(frozen=True)
class Bounds:
    """What has to hold."""

    lag_seconds: float = 0.1
    again: float = 0.01  # of all requests
    growth_mib: float = 48.0


@dataclass
class Result:
    """What came of it. Times of the loop are processor time, which other programs do not lengthen."""

    seed: int
    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    server_errors: list[str] = field(default_factory=list)
    unanswered: int = 0
    seconds: float = 0.0
    slowest: list[str] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)

    @property
    def wrong_answers(self) -> list[str]:
        """What the server itself did wrong."""
        closed = [f"{n} sockets were closed with {code}" for code, n in self.closed.items() if code == 4500]
        answered = [f"{n} answers: {status}" for status, n in self.statuses.items() if is_error(status)]
        return self.server_errors + closed + answered

    def wrong(self, bounds: Bounds) -> list[str]:
        """What did not hold."""
        found = self.wrong_answers
        if (again := self.statuses[AGAIN_LATER]) > sum(self.statuses.values()) * bounds.again:
            found.append(f"{again} were told to try again")
        if self.unanswered:
            found.append(
                f"{self.unanswered} inputs were not answered, or their connection closed, in a minute"
            )
        if self.watch.longest_lag > bounds.lag_seconds:
            found.append(f"the loop was busy for {self.watch.longest_lag:.3f} s without a turn")
        if self.watch.growth > bounds.growth_mib:
            found.append(f"memory grew by {self.watch.growth:.0f} MiB in the second half")
        return found


async def run(talkoot: Talkoot, inputs: int, seed: int, *, remembered: int = REMEMBERED) -> Result:
    """Send so many inputs; the same ones for the same seed and number."""
    result, began = Result(seed), time.monotonic()
    owner, _ = await set_up(talkoot.url)
    async with owner:
        world = await make_world(owner)
        await fill_memory(owner, world, remembered)
        with result.watch.looking(talkoot, inputs, result.sent):
            parts = [
                *over_http(world, owner, inputs, seed, result),
                *over_sockets(world, owner, inputs, seed, result),
            ]
            await asyncio.gather(*parts)
        assert (await owner.get("/users/me"))["id"] == owner.user["id"]  # it serves as before
        result.watch.end(talkoot)
        result.server_errors += await errors_told(talkoot, owner)
        result.slowest = slowest(talkoot)
    result.seconds = time.monotonic() - began
    return result


async def make_world(owner: Api) -> World:
    """A workspace of its own, so that whoever sends the inputs stays who they are in the first one."""
    world = World(urlsplit(owner.url).netloc, owner.token, "", [])
    world.read_paths((await owner.http.get(f"{owner.url}/api/openapi.json")).json())
    await begin_anew(world, owner)
    member = await join(owner, world.ids[0], "member")
    await member.close()
    world.ids.append(member.user["id"])
    return world


async def fill_memory(owner: Api, world: World, number: int) -> None:
    """Let the server remember as much as it ever does, so that what grows after that should not."""
    for room in range(0, number, 50):
        made = await owner.post(f"/workspaces/{world.ids[0]}/rooms", {"name": f"Long {room}"})
        for _ in range(50):
            await owner.post(f"/rooms/{made['id']}/messages", {"text": LONGEST})
        await owner.get(f"/rooms/{made['id']}/messages", limit=50)


async def begin_anew(world: World, owner: Api) -> None:
    """A workspace and a room that no input has changed yet."""
    workspace = await owner.post("/workspaces", {"name": "Hostile"})
    made = await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Room"})
    said = await owner.post(f"/rooms/{made['id']}/messages", {"text": "first"})
    world.room = made["id"]
    notes = {"file": ("notes.txt", b"said in a file " * 100)}
    world.file = (await owner.http.post("/files", params={"room": world.room}, files=notes)).json()["id"]
    world.ids[:3] = [workspace["id"], made["id"], said["id"]]


def shares(inputs: int) -> Iterator[tuple[str, Make, int]]:
    for kind, (share, make) in OVER_HTTP.items():
        yield kind, make, inputs * share // 100


def over_http(
    world: World, owner: Api, inputs: int, seed: int, result: Result
) -> Iterator[asyncio.Task[None]]:
    for kind, make, number in shares(inputs):
        for worker in range(WORKERS):
            rng = random.Random(f"{seed} {kind} {worker}")
            yield asyncio.create_task(send(world, owner, (kind, make, number // WORKERS), rng, result))


async def send(
    world: World, owner: Api, what: tuple[str, Make, int], rng: random.Random, result: Result
) -> None:
    (kind, make, number), wire = what, Wire(int(world.host.partition(":")[2]))
    for _ in range(number):
        data = make(rng, world)
        status = 0
        try:
            status = await (wire.shout(data) if make is http else wire.ask(data))
            result.statuses[status] += 1
        except TimeoutError:
            result.unanswered += 1
        result.sent[kind] += 1
        if make is message and status in {403, 404}:  # some input has shut the room
            await begin_anew(world, owner)
    await wire.close()


def over_sockets(
    world: World, owner: Api, inputs: int, seed: int, result: Result
) -> Iterator[asyncio.Task[None]]:
    for worker in range(WORKERS):
        rng = random.Random(f"{seed} frames {worker}")
        yield asyncio.create_task(talk(world, owner, rng, inputs * FRAMES // 100 // WORKERS, result))


async def talk(world: World, owner: Api, rng: random.Random, number: int, result: Result) -> None:
    while number > 0:
        size = min(BATCH, number)
        number -= size
        async with Raw(owner.url) as raw:
            await raw.hello(owner)
            for _ in range(size):
                raw.write(frame_of(rng, world))
            raw.write(frame(b'{"op":"hb","ref":"the end"}'))
            with suppress(TimeoutError, asyncio.IncompleteReadError, ConnectionError):
                async with asyncio.timeout(2):  # a broken frame may have swallowed the last one
                    result.closed[await end_of(raw)] += 1
        result.sent["frames on sockets"] += size


async def end_of(raw: Raw) -> int:
    """The code with which the server closed, or 0 when it went on answering."""
    while True:
        opcode, payload = await raw.next()
        if opcode == CLOSE:
            return int.from_bytes(payload[:2], "big")
        if b'"the end"' in payload:
            return 0


async def errors_told(talkoot: Talkoot, owner: Api) -> list[str]:
    """What the server itself calls an error: in its numbers, and in its log."""
    metrics = (await owner.http.get(f"{talkoot.url}/metrics")).text
    found = [
        f"{sample.labels['method']} {sample.labels['route']} answered {sample.labels['status']}"
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == "talkoot_http_requests_total" and is_error(int(sample.labels["status"]))
    ]
    lines = [json.loads(line) for line in talkoot.log.splitlines() if line.startswith("{")]
    crashes = [line for line in lines if line["level"] in {"error", "critical"}]
    told = [f"{line['event']} {line.get('exception', '')[-600:]}" for line in crashes]
    return found + [*dict.fromkeys(told)][:10]


def slowest(talkoot: Talkoot) -> list[str]:
    """The requests that took longest by the clock on the wall, with all that was asked beside them."""
    lines = [json.loads(line) for line in talkoot.log.splitlines() if '"request"' in line]
    longest = sorted(lines, key=lambda line: -line.get("ms", 0.0))[:8]
    return [f"{line['method']} {line['route']} {line['status']} {line['ms']:.0f} ms" for line in longest]
