"""`python -m bench cluster`: measure three nodes, PostgreSQL and Valkey on this machine."""

import argparse
import dataclasses
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop

from bench import results
from bench.cluster.bus import bus
from bench.cluster.held import held
from bench.cluster.place import NODES, Spread, spread
from bench.cluster.resume import CLIENTS, resume
from bench.cluster.sends import sends
from bench.cluster.stalled import MEMBERS, stalled
from bench.machine import facts
from bench.page import write_page
from bench.processes import allow_many_files
from bench.world import Sizes, fewer

WORKLOADS = ("bus", "sends", "resume", "held", "stalled")
PEOPLE, SOCKETS = 300, 15_000
DURABLE = "every message was committed by PostgreSQL with synchronous_commit=on before it was acknowledged"


def main(arguments: list[str]) -> None:
    """Run what the command line asks for."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    allow_many_files()
    folder = Path(tempfile.mkdtemp(prefix="talkoot-bench-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else
    try:
        uvloop.run(_measure(options, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(options: argparse.Namespace, folder: Path) -> None:
    sizes = fewer(Sizes(seconds=options.seconds, repeats=options.repeats), options.people)
    measured: dict[str, Callable[[Spread], Awaitable[list[dict[str, Any]]]]] = {
        "bus": lambda place: bus(place, sizes),
        "sends": lambda place: sends(place, sizes),
        "resume": lambda place: resume(place, sizes, options.clients),
        "held": lambda place: held(place, options.sockets),
        "stalled": lambda place: stalled(place, sizes, options.members),
    }
    begin, samples = time.monotonic(), []
    about = {"sizes": dataclasses.asdict(sizes), "nodes": NODES, **facts(folder), "durability": DURABLE}
    async with spread(folder / "cluster", sizes) as place:
        for name in options.only:
            print(f"{time.monotonic() - begin:6.1f} s  {name}", flush=True)
            samples += [{"workload": name, **sample} for sample in await measured[name](place)]
    print(f"{time.monotonic() - begin:6.1f} s  done", flush=True)
    into = results.unused(options.results, "cluster")
    results.begin(into, about)
    results.keep(into, "cluster", samples)
    if options.results == results.FOLDER:
        print(f"Kept in {into}; wrote {write_page(options.results)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench cluster", description="Measure a cluster on this machine."
    )
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, default=WORKLOADS, help="some of them")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a measured window")
    parser.add_argument("--repeats", type=int, default=3, help="how often each case is measured")
    parser.add_argument("--people", type=int, default=PEOPLE, help="who are in it")
    parser.add_argument("--clients", type=int, default=CLIENTS, help="who come back to one room at once")
    parser.add_argument("--sockets", type=int, default=SOCKETS, help="that are held while a node is killed")
    parser.add_argument("--members", type=int, default=MEMBERS, help="of the room where some stand still")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="where results are kept")
    return parser
