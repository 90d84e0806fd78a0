"""W1: one room, everybody in it is online; saturated, and at 30% of that rate. The send limit beside it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from bench.publishing import Encoder, Publisher, paced, reference_encoder, saturated, talkoot_encoder
from bench.reference.send_loop import send_loop
from bench.swarm import Seat, Swarm, swarm
from bench.workloads.window import Load
from bench.world import Bench, Sizes

LIGHT = 0.3
HEADER = 4  # of a frame of this size


async def fanout(bench: Bench, sizes: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """For each number of members and each repeat: Talkoot, then the reference with frames as large."""
    samples = []
    for members in sizes or bench.sizes.fanouts:
        for repeat in range(bench.sizes.repeats):
            found, frame = await _talkoot(bench, members)
            if bench.reference:
                found += await _reference(bench, bench.reference, members, frame)
            samples += [{**sample, "members": members, "repeat": repeat} for sample in found]
    return samples


async def _talkoot(bench: Bench, members: int) -> tuple[list[dict[str, Any]], int]:
    with bench.server() as place:
        async with place.swarm(place.world.seats(members)) as crowd:
            watch = partial(bench.watch, place.pid, "fanout")
            samples = await both(crowd, place.pid, bench.sizes, talkoot_encoder, watch)
            return _named(samples, ""), crowd.members[0].frame_bytes


async def _reference(bench: Bench, program: Path, members: int, frame: int) -> list[dict[str, Any]]:
    with send_loop(program, frame - HEADER) as (pid, port):
        async with swarm("127.0.0.1", port, [Seat("", "reference")] * members) as crowd:
            return _named(await both(crowd, pid, bench.sizes, reference_encoder), "reference ")


async def both(
    crowd: Swarm,
    pid: int,
    sizes: Sizes,
    encoder: Callable[[], Encoder],
    watch: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> dict[str, dict[str, Any]]:
    """A saturated window, then a light one with the same members."""
    encoders = [encoder() for _ in range(sizes.publishers)]
    publishers = [Publisher(*pair) for pair in zip(spread(crowd, sizes.publishers), encoders, strict=True)]
    load = Load(pid, crowd, publishers, sizes)
    with watch("saturated"):
        full = await load.window(saturated)
    rate = max(1.0, full["sends_per_second"] * LIGHT)
    with watch("light"):
        return {"saturated": full, "light": await load.window(partial(paced, rate=rate))}


def spread(crowd: Swarm, number: int) -> list[Any]:
    """Members at equal distances: neither only the first nor only the last to be served."""
    every = len(crowd.members) // number
    return crowd.members[::every][:number]


def _named(samples: dict[str, dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [{"case": prefix + case, **sample} for case, sample in samples.items()]
