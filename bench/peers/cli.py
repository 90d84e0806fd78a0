"""`python -m bench peers`: measure the servers side by side."""

import argparse
import dataclasses
import json
import os
import shutil
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from bench import results
from bench.machine import ROOT, facts
from bench.peers.cache import Missing
from bench.peers.cases import Sample
from bench.peers.measuring import Run
from bench.peers.starting import install
from bench.peers.table import PEERS, TALKOOT
from bench.peers.versions import versions
from bench.processes import GENERATOR_CORE, allow_many_files, on_core
from bench.reference import send_loop
from bench.world import Bench, Sizes, World, make_world

FILE = "peers.json"
SIZES = Sizes(fanouts=(100, 1000), senders=(1,), history=10_000, seconds=2.0, warm_up=0.5)


def main(arguments: list[str]) -> None:
    """Run what the command line asks for."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    allow_many_files()
    folder = ROOT / ".talkoot" / "bench" / str(os.getpid())
    folder.mkdir(parents=True)
    try:
        uvloop.run(_measure(options, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(options: argparse.Namespace, folder: Path) -> None:
    say = partial(_say, time.monotonic())
    names = [name for name in PEERS if name in options.only]
    sizes = dataclasses.replace(SIZES, seconds=options.seconds, repeats=options.repeats)
    for name in names:
        try:
            install(name)
        except Missing as error:  # its start will fail for the same reason, and that is kept
            say(f"{name} cannot be installed: {error}")
    say("everybody is installed")
    bench = await prepare(names, sizes, folder)
    say("the people of Talkoot are made")
    begun = about(bench, folder)
    run = Run(bench, say)
    with on_core(GENERATOR_CORE):
        for repeat in range(sizes.repeats):
            # The frames of Talkoot tell how large those of the reference are.
            for name in sorted(names, key=lambda name: name != TALKOOT):
                await run.repeat(name, repeat)
                say(f"{name}: {brief(run.samples, name, repeat)}")
    keep(options.into, names, run.samples, begun)
    say(f"kept in {options.into}")


async def prepare(names: list[str], sizes: Sizes, folder: Path) -> Bench:
    """The world of Talkoot, if it takes part, and the reference."""
    world = World([], {}, [], [])
    if TALKOOT in names:
        world = await make_world(folder / "world", sizes)
    return Bench(sizes, folder, folder / "world", world, send_loop.build(folder))


def about(bench: Bench, folder: Path) -> dict[str, Any]:
    """On what is measured, and since when."""
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "topic": "peers",
        "durability": "peers.json tells it for each",
        "sizes": dataclasses.asdict(bench.sizes),
        "reference": bool(bench.reference),
        **facts(folder),
    }


def keep(into: Path, names: list[str], samples: list[Sample], begun: dict[str, Any]) -> None:
    """Write what was measured, and on what, if nobody has told that there."""
    into.mkdir(parents=True, exist_ok=True)
    peers = [
        {
            "name": name,
            "title": PEERS[name].title,
            "versions": versions(name),
            "durable": PEERS[name].durable,
            "how": PEERS[name].how,
        }
        for name in names
    ]
    compact = partial(json.dumps, separators=(",", ":"))
    lines = {"peers": peers, "samples": samples}
    blocks = (f'"{key}":[\n' + ",\n".join(map(compact, value)) + "\n]" for key, value in lines.items())
    (into / FILE).write_text("{" + ",\n".join(blocks) + "}\n")
    if not (into / results.RUN).exists():
        results.begin(into, begun)


def brief(samples: list[Sample], name: str, repeat: int) -> str:
    """The figures of a repeat in one line."""
    found = []
    for sample in samples:
        if (sample["peer"], sample["repeat"]) == (name, repeat):
            case = f"{sample['case']} {sample.get('members', '')}".strip()
            figures = [sample.get(key) for key in ("kib_per_connection", "cpu_us", "per_second")]
            found.append(f"{case}: {sample.get('failed') or [f for f in figures if f is not None]}")
    return "; ".join(found)


def _say(begin: float, what: str) -> None:
    print(f"{time.monotonic() - begin:6.1f} s  {what}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench peers", description="Measure servers side by side."
    )
    parser.add_argument("--only", nargs="+", choices=list(PEERS), default=list(PEERS), help="some of them")
    parser.add_argument("--seconds", type=float, default=SIZES.seconds, help="length of a measured window")
    parser.add_argument("--repeats", type=int, default=SIZES.repeats, help="how often each case is measured")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    parser.add_argument(
        "--into", type=Path, default=results.FOLDER / f"{today}-peers", help="where it is kept"
    )
    return parser
