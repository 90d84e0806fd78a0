"""The page that says what a run has shown, in Markdown for people and in JSON for programs."""

import json
import os
import platform
import sqlite3
from pathlib import Path
from typing import Any

from talkoot import __version__
from tests.faults.invariants import INVARIANTS
from tests.faults.mutations import Verdict
from tests.faults.play import Result

COUNTS = ("operations", "acknowledged", "observed", "connections", "lost", "doubled", "reordered", "leaked")
HEAD = """# What the proof has shown

<!-- Written by `make proof`. -->

Clients write, edit, delete, read and reconnect all the time, and record everything that they say and see.
Meanwhile one fault is injected. Then all is healed, and a checker compares the recording with what the server
has in the end. [How it works, and what each fault is](README.md).

"""


def write(folder: Path, results: list[Result], verdicts: list[Verdict], seed: int, minutes: float) -> Path:
    """Write both files; the path of the one for people."""
    folder.mkdir(parents=True, exist_ok=True)
    where = versions()
    told = {
        "seed": seed,
        "minutes": minutes,
        "versions": where,
        "runs": [plain(result) for result in results],
        "mutations": [vars(verdict) for verdict in verdicts],
    }
    (folder / "result.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    page = folder / "result.md"
    page.write_text(markdown(results, verdicts, seed, minutes, where), "utf-8")
    return page


def plain(result: Result) -> dict[str, Any]:
    """A result as JSON has it."""
    kept = {name: value for name, value in vars(result).items() if name not in {"violated", "logs"}}
    return kept | {"violated": {name: [*map(str, bad[:5])] for name, bad in result.violated.items()}}


def versions() -> dict[str, str]:
    """What it ran on."""
    return {
        "talkoot": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()}",
        "cpus": str(os.cpu_count()),
    }


def markdown(
    results: list[Result], verdicts: list[Verdict], seed: int, minutes: float, where: dict[str, str]
) -> str:
    """The text of the page."""
    bad = [result for result in results if not result.holds]
    total = {name: sum(result.counts[name] for result in results) for name in COUNTS}
    summary = (
        f"{len(results)} runs in {minutes:.0f} minutes, seed `{seed}`: {total['acknowledged']:,} writes were"
        f" acknowledged; {total['lost']} lost, {total['doubled']} doubled, {total['reordered']} reordered,"
        f" {total['leaked']} leaked. In {len(results) - len(bad)} runs every invariant held."
    )
    lines = [
        summary,
        "",
        ", ".join(f"{name} {value}" for name, value in where.items()) + ".",
        "\n## Runs\n",
        table(["fault", "on", "injected", *COUNTS, "s to converge", "verdict"], [*map(row, results)]),
    ]
    if bad:
        lines += ["\n## What did not hold\n", *[line for result in bad for line in evidence(result)]]
    if verdicts:
        rows = [[v.name, v.breaks, v.on, ", ".join(v.red) or "nothing", v.said] for v in verdicts]
        lines += ["\n## Broken on purpose\n", "Each must turn an invariant red.\n"]
        lines += [table(["mutation", "breaks", "seen by", "red", "verdict"], rows)]
    held = [[name, invariant.holds, broken_in(bad, name)] for name, invariant in INVARIANTS.items()]
    both = {result.scenario for result in results if result.deployment == "embedded"}
    both &= {result.scenario for result in results if result.deployment == "cluster"}
    here = [result for result in bad if result.scenario in both]
    same = ", ".join(f"{result.scenario} {result.deployment}" for result in here) or "nowhere"
    held.append(["I21", f"The same {len(both)} faults, embedded and on a cluster", same])
    lines += ["\n## Invariants\n", table(["", "what must hold", "violated in"], held)]
    return HEAD + "\n".join(lines) + "\n"


def broken_in(bad: list[Result], name: str) -> str:
    """The runs in which an invariant did not hold."""
    found = [f"{result.scenario} {result.deployment}" for result in bad if name in result.violated]
    return ", ".join(found) or "nowhere"


def row(result: Result) -> list[str]:
    """A run."""
    verdict = "holds" if result.holds else f"**{', '.join(result.violated)} violated**"
    counts = [f"{result.counts[name]:,}" for name in COUNTS]
    return [result.scenario, result.deployment, result.injects, *counts, f"{result.converged:.1f}", verdict]


def evidence(result: Result) -> list[str]:
    """The first thing that shows each violation."""
    return [
        f"- {result.scenario} on {result.deployment}, seed `{result.seed}`, {name}: `{bad[0]}`"
        f" ({len(bad)} in all)"
        for name, bad in result.violated.items()
    ]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
