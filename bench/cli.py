"""`python -m bench`: measure everything, or one workload, and write the page."""

import argparse
import dataclasses
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from bench import results
from bench.machine import ROOT, facts
from bench.page import write_page
from bench.processes import GENERATOR_CORE, allow_many_files, on_core
from bench.reference import send_loop
from bench.workloads.fanout import fanout
from bench.workloads.history import history
from bench.workloads.memory import memory
from bench.workloads.sends import sends
from bench.workloads.start import start
from bench.workloads.storm import storm
from bench.world import TINY, Bench, Sizes, make_world

Workload = Callable[[Bench], Awaitable[list[dict[str, Any]]]]
WORKLOADS: dict[str, Workload] = {
    "start": start,
    "fanout": fanout,
    "sends": sends,
    "memory": memory,
    "history": history,
    "storm": storm,
}


def main(arguments: list[str] | None = None) -> None:
    """Run what the command line asks for."""
    options = _parser().parse_args(arguments)
    if options.command == "page":
        print(f"Wrote {write_page(options.results)}")
        return
    if sys.platform != "linux":
        raise SystemExit("The benchmarks read /proc and pin processes to cores: they need Linux.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server under test is ended too
    allow_many_files()
    uvloop.run(_run(options))
    if options.results == results.FOLDER:
        print(f"Wrote {write_page(options.results)}")


async def _run(options: argparse.Namespace) -> None:
    sizes = TINY if options.tiny else Sizes()
    chosen = {name: getattr(options, name) for name in ("seconds", "repeats") if getattr(options, name)}
    if options.members:
        chosen |= {"fanouts": tuple(options.members), "people": max(sizes.people, *options.members)}
    sizes = dataclasses.replace(sizes, **chosen)
    workloads = WORKLOADS if options.command == "all" else {options.command: WORKLOADS[options.command]}
    folder = options.work / str(os.getpid())
    folder.mkdir(parents=True)
    try:
        await measure_all(workloads, sizes, folder, options.results, options.topic or options.command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def measure_all(
    workloads: dict[str, Workload], sizes: Sizes, folder: Path, kept: Path, topic: str
) -> None:
    """Make the world, then run one workload after the other; each is kept as soon as it is done."""
    reference = send_loop.build(folder)
    about = {"sizes": dataclasses.asdict(sizes), "reference": bool(reference), **facts(folder)}
    if reference is None:
        print("No C compiler here: the send limit is not measured, and no ratio to it can be told.")
    timed = partial(_say, time.monotonic())
    timed("making the people and their rooms")
    world = await make_world(folder / "world", sizes)
    bench = Bench(sizes, folder, folder / "world", world, reference)
    into = results.begin(kept, topic, about)
    with on_core(GENERATOR_CORE):
        for name, workload in workloads.items():
            timed(name)
            results.keep(into, name, await workload(bench))
    timed(f"kept in {into}")


def _say(begin: float, what: str) -> None:
    print(f"{time.monotonic() - begin:6.1f} s  {what}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Talkoot on this machine.")
    parser.add_argument("command", nargs="?", default="all", choices=["all", *WORKLOADS, "page"])
    parser.add_argument("--members", type=int, nargs="+", help="sizes of the room for fanout")
    parser.add_argument("--seconds", type=float, help="length of a measured window")
    parser.add_argument("--repeats", type=int, help="how often each case is measured")
    parser.add_argument("--tiny", action="store_true", help="very small sizes: does it work at all?")
    parser.add_argument("--topic", help="name of the results; the command if nothing is said")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="where results are kept")
    parser.add_argument(
        "--work", type=Path, default=ROOT / ".talkoot" / "bench", help="for data; a real disk"
    )
    return parser
