"""`python -m bench`: measure everything, or one workload, look where the time goes, and write the page."""

import argparse
import dataclasses
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import uvloop

from bench import results
from bench.machine import ROOT
from bench.measuring import NUMBERS, WORKLOADS, Workload, measure, prepare
from bench.page import write_page
from bench.processes import allow_many_files
from bench.profiling import PROFILED, Profiles, profiled
from bench.world import TINY, Sizes, fewer

LONG = 1_000_000
SHORT = 100_000  # messages to search, where everything is measured


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
    folder = options.work / str(os.getpid())
    folder.mkdir(parents=True)
    try:
        uvloop.run(_profile(options, folder) if options.command == "profile" else _measure(options, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(options: argparse.Namespace, folder: Path) -> None:
    command = NUMBERS.get(options.command, options.command)
    workloads = _named(options.only or WORKLOADS) if command == "all" else _named([command])
    bench = await prepare(workloads, _sizes(options), folder)
    await measure(bench, workloads, results.unused(options.results, options.topic or command))
    if options.results == results.FOLDER:
        print(f"Wrote {write_page(options.results)}")


async def _profile(options: argparse.Namespace, folder: Path) -> None:
    kept = results.of_today(options.results, options.topic or "profile") / "profiles"
    workloads, watch = _named(options.only or PROFILED), Profiles(kept, options.label).watch
    bench = await prepare(workloads, profiled(_sizes(options)), folder, watch)
    await measure(bench, workloads)
    print(f"Kept in {kept}")


def _named(names: Iterable[str]) -> dict[str, Workload]:
    return {name: WORKLOADS[name] for name in (NUMBERS.get(name, name) for name in names)}


def _sizes(options: argparse.Namespace) -> Sizes:
    sizes = TINY if options.tiny else Sizes()
    named = ("seconds", "repeats", "messages")
    chosen = {name: getattr(options, name) for name in named if getattr(options, name)}
    if options.members:
        chosen["fanouts"] = tuple(options.members)
    if options.long:
        chosen["history"] = LONG
    elif options.command == "all" and not options.tiny:
        chosen.setdefault("messages", SHORT)
    return fewer(dataclasses.replace(sizes, **chosen), options.people or sizes.people)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Talkoot on this machine.",
        epilog="`python -m bench peers --help`: other servers beside it. bench/README.md tells more.",
    )
    commands = ["all", *WORKLOADS, *NUMBERS, "profile", "page"]
    parser.add_argument("command", nargs="?", default="all", choices=commands)
    parser.add_argument("--only", nargs="+", choices=[*WORKLOADS, *NUMBERS], help="of all, or of a profile")
    parser.add_argument("--members", type=int, nargs="+", help="sizes of the room for fanout")
    parser.add_argument("--people", type=int, help="fewer are made sooner; and all sizes go down to them")
    parser.add_argument("--messages", type=int, help="to search")
    parser.add_argument("--seconds", type=float, help="length of a measured window")
    parser.add_argument("--repeats", type=int, help="how often each case is measured")
    parser.add_argument("--long", action="store_true", help=f"{LONG:,} messages in W4, and in W6 too")
    parser.add_argument("--tiny", action="store_true", help="very small sizes: does it work at all?")
    parser.add_argument("--topic", help="name of the results; the command if nothing is said")
    parser.add_argument("--label", default="now", help="first word of the names of profiles")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="where results are kept")
    parser.add_argument(
        "--work", type=Path, default=ROOT / ".talkoot" / "bench", help="for data; a real disk"
    )
    return parser
