"""One run: make the people and their rooms, then one workload after the other."""

import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bench import results
from bench.machine import facts
from bench.processes import GENERATOR_CORE, on_core
from bench.reader import library
from bench.reference import send_loop
from bench.workloads.fanout import fanout
from bench.workloads.generator import generator
from bench.workloads.history import history
from bench.workloads.memory import memory
from bench.workloads.search import search
from bench.workloads.sends import sends
from bench.workloads.start import start
from bench.workloads.storm import storm
from bench.world import Bench, Sizes, Watch, World, make_world, unwatched

Workload = Callable[[Bench], Awaitable[list[dict[str, Any]]]]
WORKLOADS: dict[str, Workload] = {
    "generator": generator,
    "start": start,
    "fanout": fanout,
    "sends": sends,
    "memory": memory,
    "history": history,
    "storm": storm,
    "search": search,
}
NUMBERS = {"W1": "fanout", "W2": "sends", "W3": "memory", "W4": "history", "W5": "storm", "W6": "search"}


ALONE = {"generator", "start", "search"}  # these need nobody of the world


async def prepare(workloads: Iterable[str], sizes: Sizes, folder: Path, watch: Watch = unwatched) -> Bench:
    """The world, made by a server of its own, and the references."""
    said = Clock()
    reference = send_loop.build(folder)
    if reference is None:
        print("No C compiler here: the send limit is not measured, and no ratio to it can be told.")
    world = World([], {}, [], [])
    if set(workloads) - ALONE:
        said("making the people and their rooms")
        world = await make_world(folder / "world", sizes)
        said("made")
    return Bench(sizes, folder, folder / "world", world, reference, watch)


async def measure(bench: Bench, workloads: Mapping[str, Workload], into: Path | None = None) -> None:
    """Each workload is kept as soon as it is done, if anything is kept."""
    said = Clock()
    if into:
        tools = {"reference": bool(bench.reference), "reader": "C" if library() else "Python"}
        results.begin(into, {"sizes": dataclasses.asdict(bench.sizes), **tools, **facts(bench.folder)})
    with on_core(GENERATOR_CORE):
        for name, workload in workloads.items():
            said(name)
            samples = await workload(bench)
            if into:
                results.keep(into, name, samples)
    said(f"kept in {into}" if into else "done")


class Clock:
    """Says what is done, and how long after the beginning."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def __call__(self, what: str) -> None:
        print(f"{time.monotonic() - self._begin:6.1f} s  {what}", flush=True)
