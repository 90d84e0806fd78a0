"""docs/performance.md, written from the newest results of each workload."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import results
from bench.machine import ROOT
from bench.targets import OTHERS, Row, Sample, fanout_rows, send_rows
from bench.world import Sizes

PAGE = ROOT / "docs" / "performance.md"
BUSY = 0.9
INTRODUCTION = """# Performance

Written by `python -m bench page` from what `make bench` measured; change those, not this page.

What is measured is the whole program as people run it: authentication, permission check, a durable log with
sequence numbers, a log of requests; only the rate limits are off. Every message is committed with SQLite's
`synchronous=FULL` before it is acknowledged or delivered. The server has core 0 for itself, the load
generator core 1. *CPU* is user and system time of the server's whole process tree, divided by what was done.
Every member counts what it gets; a run in which one of them misses an event, or gets one twice, fails.

*Measured* is the median of the repeats, with the lowest and the highest behind it. The *send limit* is
`bench/reference/send_loop.c`: one `send()` for each message and member and nothing else, no storage, measured
in the same run with frames of the same size. A server that joins what a connection is owed can be below it.

| | foundation | measured | met | what limits it |
|---|---|---|---|---|
"""


def write_page(kept: Path, page: Path = PAGE) -> Path:
    """Write the page; where it is."""
    page.write_text(render(kept))
    return page


def render(kept: Path) -> str:
    """The page's text."""
    found = {
        name: results.newest(kept, name) for name in ("fanout", "sends", *(row.workload for row in OTHERS))
    }
    lines = [_line(row, found) for row in _rows(found)]
    runs: dict[str, tuple[dict[str, Any], list[Sample]]] = {}
    for about, samples in filter(None, found.values()):
        runs.setdefault(about["started"], (about, []))[1].extend(samples)
    sources = [_about(*run) for run in runs.values()] or ["Nothing was measured yet.\n"]
    return INTRODUCTION + "\n".join(lines) + "\n\n" + "\n".join(sources)


Found = dict[str, tuple[dict[str, Any], list[Sample]] | None]


def _rows(found: Found) -> list[Row]:
    fanouts = _size(found, "fanout", "fanouts", [100, 1000])
    return [
        *(row for members in sorted(fanouts, reverse=True) for row in fanout_rows(members)),
        *send_rows(_size(found, "sends", "senders", [1, 16, 64])),
        *OTHERS,
    ]


def _size(found: Found, workload: str, name: str, otherwise: list[int]) -> list[int]:
    run = found[workload]
    return list(run[0]["sizes"][name]) if run else otherwise


def _line(row: Row, found: Found) -> str:
    about, samples = found[row.workload] or ({"sizes": asdict(Sizes())}, [])
    values = row.values(samples)
    what = row.what.format_map(about["sizes"])
    cells = [what, row.target, _measured(row, values), row.met(values), _limit(row.of_case(samples))]
    return f"| {' | '.join(cells)} |"


def _measured(row: Row, values: Sequence[float]) -> str:
    if not values:
        return "not measured"
    middle, low, high = (_number(v) for v in (statistics.median(values), min(values), max(values)))
    return f"{middle} {row.unit} ({low} to {high})" if len(values) > 1 else f"{middle} {row.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _limit(samples: Sequence[Sample]) -> str:
    """Who was busy: whoever has no time left is the limit."""
    if not samples or "server_share" not in samples[0]:
        return ""
    server, generator = (
        statistics.median(sample[name] for sample in samples) for name in ("server_share", "generator_share")
    )
    busy = f"server {server:.0%}, generator {generator:.0%} of a core"
    if server >= BUSY:
        return f"the server's core ({busy})"
    if generator >= BUSY:
        return f"the load generator: the server could do more ({busy})"
    return busy


def _about(run: dict[str, Any], samples: Sequence[Sample]) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in run["libraries"].items())
    changed = " with changes that are not committed" if run["changed"] else ""
    limit = "" if run["reference"] else " There was no C compiler, so the send limit is missing."
    others = max((sample.get("others_share", 0.0) for sample in samples), default=0.0)
    return (
        f"`bench/results/{run['folder']}`: {run['started']}, commit `{run['commit'][:12]}`{changed}, "
        f"{run['sizes']['repeats']} repeats of {run['sizes']['seconds']:g} s.{limit} {run['cores']} cores of "
        f"{run['cpu']}, {run['memory_gib']:g} GiB, Linux {run['kernel']}, {run['file_system']}, Python "
        f"{run['python']}, SQLite {run['sqlite']}, {libraries}. Load average before it: "
        f"{run['load_average'][0]:.1f}; other programs took at most {others:.0%} of a core from a window.\n"
    )
