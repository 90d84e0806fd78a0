"""W4: 50 messages of a room with 100,000, over REST, 16 requests under way: the last ones, and old ones."""

import asyncio
import json
import re
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
FILL = 600.0
ETAG = re.compile(rb"(?i)\r\netag: *([^\r]+)")


async def history(bench: Bench) -> list[dict[str, Any]]:
    """Fill the room over the socket, then read its end again and again, its middle, and its end unchanged."""
    with bench.server() as place:
        head, filled = await _fill(bench, place)
        samples = [{"case": "fill", "repeat": 0, **filled}]
        for repeat in range(bench.sizes.repeats):
            with bench.watch(place.pid, "history", "last page"):
                last, etag = await _read(bench, place, head, "")
            samples.append({"case": "last page", "repeat": repeat, **last})
            deep, _ = await _read(bench, place, head // 2, f"&before={head // 2 + 1}")
            samples.append({"case": "deep page", "repeat": repeat, **deep})
            if etag:
                unchanged, _ = await _read(bench, place, head, "", etag)
                samples.append({"case": "not modified", "repeat": repeat, **unchanged})
    return [{**sample, "messages": bench.sizes.history} for sample in samples]


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


async def _read(
    bench: Bench, place: Place, last: int, where: str, etag: str = ""
) -> tuple[dict[str, Any], str]:
    path = f"/api/v1/rooms/{place.world.small[0]}/messages?limit={PAGE}{where}"
    host, token = f"{place.host}:{place.port}", place.world.tokens[0]
    request = request_bytes("GET", path, host, token=token, etag=etag)
    times: list[float] = []
    async with place.rest(LINES) as api:
        expected = await _check(api.lines[0], request, last, unchanged=bool(etag))
        found = ETAG.search(api.lines[0].head)
        readers = [asyncio.create_task(_again(line, request, expected, times)) for line in api.lines]
        await asyncio.sleep(bench.sizes.warm_up)
        begin = len(times)
        sample = await measure(place.pid, lambda: len(times), bench.sizes.seconds)
        measured = times[begin:]
        for reader in readers:
            reader.cancel()
        outcomes = await asyncio.gather(*readers, return_exceptions=True)
    if failed := [outcome for outcome in outcomes if not isinstance(outcome, asyncio.CancelledError)]:
        raise AssertionError(failed)
    sample = {**sample, "page_bytes": expected[1], "latency": summary(measured)}
    return sample, found[1].decode() if found else ""


async def _check(line: Line, request: bytes, last: int, *, unchanged: bool) -> tuple[int, int]:
    status, page = await line.ask(request)
    if unchanged:
        if (status, page) != (304, b""):
            raise AssertionError(
                f"{status} with {len(page)} bytes instead of 304 for a page that is the same"
            )
        return status, 0
    seqs = [message["seq"] for message in json.loads(page)["items"]]
    if status != 200 or seqs != list(range(last - PAGE + 1, last + 1)):
        raise AssertionError(f"{status}, {seqs} instead of the last {PAGE} up to {last}")
    return status, len(page)


async def _again(line: Line, request: bytes, expected: tuple[int, int], times: list[float]) -> None:
    while True:
        begin = time.monotonic()
        status, page = await line.ask(request)
        if (status, len(page)) != expected:
            raise AssertionError(f"{status} and {len(page)} bytes instead of {expected}")
        times.append(time.monotonic() - begin)
