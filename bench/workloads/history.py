"""W4: the last 50 messages of a room with 100,000, over REST, 16 requests under way."""

import asyncio
import json
import time
from typing import Any

from bench.latency import summary
from bench.meter import Meter, measure
from bench.publishing import Publisher, acknowledged, saturated, talkoot_encoder
from bench.rest import Line, request_bytes
from bench.swarm import Seat
from bench.waiting import until
from bench.workloads.window import Load
from bench.world import Bench, Place

LINES = 16
PAGE = 50
FILL = 300.0


async def history(bench: Bench) -> list[dict[str, Any]]:
    """Fill the room over the socket, then read its end again and again."""
    with bench.server() as place:
        head, filled = await _fill(bench, place)
        samples = [{"case": "fill", "repeat": 0, **filled}]
        path = f"/api/v1/rooms/{place.world.small[0]}/messages?limit={PAGE}"
        request = request_bytes("GET", path, f"{place.host}:{place.port}", token=place.world.tokens[0])
        for repeat in range(bench.sizes.repeats):
            with bench.watch(place.pid, "history", "last page"):
                sample = await _read(bench, place, request, head)
            samples.append({"case": "last page", "repeat": repeat, **sample})
    return samples


async def _fill(bench: Bench, place: Place) -> tuple[int, dict[str, Any]]:
    members, wanted = bench.sizes.room_size, bench.sizes.history
    async with place.swarm(
        [Seat(token, place.world.small[0]) for token in place.world.tokens[:members]]
    ) as crowd:
        publishers = [
            Publisher(member, talkoot_encoder(), quota=wanted // members) for member in crowd.members
        ]
        load = Load(place.pid, crowd, publishers, bench.sizes)
        meter = Meter(place.pid, lambda: acknowledged(publishers))
        saturated(publishers)
        await until(lambda: acknowledged(publishers) == wanted // members * members, patience=FILL)
        sample = meter.stop()
        await load.finish()
        return crowd.members[0].last, sample


async def _read(bench: Bench, place: Place, request: bytes, head: int) -> dict[str, Any]:
    times: list[float] = []
    async with place.rest(LINES) as api:
        size = await _check(api.lines[0], request, head)
        readers = [asyncio.create_task(_again(line, request, size, times)) for line in api.lines]
        await asyncio.sleep(bench.sizes.warm_up)
        begin = len(times)
        sample = await measure(place.pid, lambda: len(times), bench.sizes.seconds)
        measured = times[begin:]
        for reader in readers:
            reader.cancel()
        outcomes = await asyncio.gather(*readers, return_exceptions=True)
    if failed := [outcome for outcome in outcomes if not isinstance(outcome, asyncio.CancelledError)]:
        raise AssertionError(failed)
    return {**sample, "page_bytes": size, "latency": summary(measured)}


async def _check(line: Line, request: bytes, head: int) -> int:
    status, page = await line.ask(request)
    seqs = [message["seq"] for message in json.loads(page)["items"]]
    if status != 200 or seqs != list(range(head - PAGE + 1, head + 1)):
        raise AssertionError(f"{status}, {seqs} instead of the last {PAGE} up to {head}")
    return len(page)


async def _again(line: Line, request: bytes, size: int, times: list[float]) -> None:
    while True:
        begin = time.monotonic()
        status, page = await line.ask(request)
        if status != 200 or len(page) != size:
            raise AssertionError(f"{status}, {len(page)} bytes instead of {size}")
        times.append(time.monotonic() - begin)
