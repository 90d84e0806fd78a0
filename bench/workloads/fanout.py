"""W1: one room, everybody in it is online; saturated, and at 30% of that rate. The send limit beside it.

A server that joins what it sends has a much higher rate when saturated, and 30% of it is no small load. So
there is a third window, in which Talkoot gets as many messages as the send limit at 30% of *its* rate.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.publishing import Encoder, Publisher, paced, reference_encoder, saturated, talkoot_encoder
from bench.reference.send_loop import send_loop
from bench.swarm import Seat, Swarm, swarm
from bench.workloads.window import Load
from bench.world import Bench, Sizes

LIGHT = 0.3
Sample = dict[str, Any]
HEADER = 4  # of a frame of this size


async def fanout(bench: Bench, sizes: tuple[int, ...] = ()) -> list[Sample]:
    """For each number of members and each repeat: Talkoot, and the reference with frames as large."""
    return [
        {**sample, "members": members, "repeat": repeat}
        for members in sizes or bench.sizes.fanouts
        for repeat in range(bench.sizes.repeats)
        for sample in await _once(bench, members)
    ]


async def _once(bench: Bench, members: int) -> list[Sample]:
    with bench.server() as place:
        async with place.swarm(place.world.seats(members)) as crowd:
            load = _load(bench.sizes, place.pid, crowd, talkoot_encoder)
            with bench.watch(place.pid, "fanout", "saturated"):
                full = await load.window(saturated)
            limit = await _reference(bench, members, crowd.members[0].frame_bytes)
            with bench.watch(place.pid, "fanout", "light"):
                light = await load.window(partial(paced, rate=_light(full)))
            samples = [{"case": "saturated", **full}, {"case": "light", **light}]
            if limit:
                rate = limit[-1]["sends_per_second"]
                same = await load.window(partial(paced, rate=rate))
                samples += [{"case": "light as the send limit", **same}, *limit]
            return samples


async def _reference(bench: Bench, members: int, frame: int) -> list[Sample]:
    if bench.reference is None:
        return []
    with send_loop(bench.reference, frame - HEADER) as (pid, port):
        async with swarm("127.0.0.1", port, [Seat("", "reference")] * members) as crowd:
            load = _load(bench.sizes, pid, crowd, reference_encoder)
            full = await load.window(saturated)
            light = await load.window(partial(paced, rate=_light(full)))
            return [{"case": "reference saturated", **full}, {"case": "reference light", **light}]


def _load(sizes: Sizes, pid: int, crowd: Swarm, encoder: Callable[[], Encoder]) -> Load:
    sending = spread(crowd, sizes.publishers)
    return Load(pid, crowd, [Publisher(member, encoder()) for member in sending], sizes)


def _light(full: Sample) -> float:
    return max(1.0, float(full["sends_per_second"]) * LIGHT)


def spread(crowd: Swarm, number: int) -> list[Any]:
    """Members at equal distances: neither only the first nor only the last to be served."""
    every = len(crowd.members) // number
    return crowd.members[::every][:number]
