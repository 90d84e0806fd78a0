"""The page that says what a run has shown, in Markdown for people and in JSON for programs."""

import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.invariants import INVARIANTS
from tests.faults.machine import machine
from tests.faults.mutations import Verdict
from tests.faults.play import Result

ROOT = Path(__file__).parents[2]
COUNTS = ("operations", "acknowledged", "lost", "doubled", "reordered", "leaked")
HEAD = Path(__file__).with_name("page_head.txt")

LEGEND = (
    "Seconds to converge, the median and the longest: from the end of a fault until everybody has it all.",
    '`make proof ARGS="--only F1a --deployment cluster --seed 7 --minutes 0"` plays one of them again.',
    "",
    "## How often what was injected",
    "",
)


def write(folder: Path, results: list[Result], verdicts: list[Verdict], seed: int, minutes: float) -> Path:
    """Write both files; the path of the one for people."""
    folder.mkdir(parents=True, exist_ok=True)
    where = machine()
    told = {
        "seed": seed,
        "minutes": minutes,
        "machine": where,
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
    shown = {name: [plain_words(str(one)) for one in bad[:5]] for name, bad in result.violated.items()}
    return kept | {"violated": shown}


def markdown(
    results: list[Result], verdicts: list[Verdict], seed: int, minutes: float, where: dict[str, str]
) -> str:
    """The text of the page."""
    bad = [result for result in results if not result.holds]
    total = {name: sum(result.counts[name] for result in results) for name in COUNTS}
    unseen = sum(not verdict.seen for verdict in verdicts)
    summary = (
        f"{len(results)} runs in {minutes:.0f} minutes, the first round with the seed `{seed}`, each further"
        f" one with one more. {total['acknowledged']:,} writes were acknowledged: {total['lost']} lost,"
        f" {total['doubled']} doubled, {total['reordered']} reordered, {total['leaked']} leaked. In"
        f" {len(results) - len(bad)} runs every invariant held, in {len(bad)} not. Of {len(verdicts)} defects"
        f" on purpose {unseen} were not seen."
    )
    lines = ["## What came out", "", summary, "", *[f"- {name}: {value}" for name, value in where.items()]]
    head = ["fault", "on", "runs", "fault injected", *COUNTS, "s to converge", "verdict"]
    lines += ["", "## Faults", "", *table(head, rows(results)), "", *LEGEND]
    lines += table(["fault", "on", "counted from outside"], [*map(counted, grouped(results))])
    lines += [""]
    notes = {f"- {r.scenario}, {r.deployment}: {note}." for r in results for note in r.notes}
    if notes:
        lines += ["## Measured on the way", "", *sorted(notes), ""]
    if bad:
        lines += ["## What did not hold", "", *[line for result in bad for line in evidence(result)], ""]
    if verdicts:
        lines += ["## Broken on purpose", "", "Each must turn red what was named before.", ""]
        head = ["defect", "what it breaks", "played in", "named before", "turned red", "verdict"]
        lines += [*table(head, [*map(broken, verdicts)]), ""]
    lines += ["## Invariants", "", *table(["", "what must hold", "violated in"], [*held(results, bad)])]
    return HEAD.read_text("utf-8") + "\n".join(lines) + "\n"


Group = tuple[str, str, list[Result]]


def grouped(results: list[Result]) -> list[Group]:
    """The runs of each fault on each deployment."""
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.scenario, result.deployment), []).append(result)
    return [(*key, runs) for key, runs in found.items()]


def rows(results: list[Result]) -> list[list[str]]:
    """A row for each fault on each deployment."""
    found = []
    for scenario, deployment, runs in grouped(results):
        counts = [f"{sum(run.counts[name] for run in runs):,}" for name in COUNTS]
        times = [run.converged for run in runs]
        broken_ones = sorted({name for run in runs for name in run.violated})
        verdict = f"**{', '.join(broken_ones)}**" if broken_ones else "holds"
        took = f"{statistics.median(times):.1f}, {max(times):.1f}"
        found.append([scenario, deployment, str(len(runs)), runs[0].injects, *counts, took, verdict])
    return found


def counted(group: Group) -> list[str]:
    """What was injected, in all runs together."""
    scenario, deployment, runs = group
    sums: Counter[str] = Counter()
    for run in runs:
        sums.update(run.injected)
    said = ", ".join(f"{what}: {times:,.0f}" for what, times in sums.items())
    return [scenario, deployment, "" if sums.keys() == {"nothing"} else said]


def broken(verdict: Verdict) -> list[str]:
    """A defect on purpose."""
    named, red = ", ".join(verdict.expects), ", ".join(verdict.red) or "nothing"
    said = verdict.said if verdict.seen else f"**{verdict.said}**"
    return [verdict.name, verdict.breaks, verdict.on, named, red, said]


def held(results: list[Result], bad: list[Result]) -> Iterator[list[str]]:
    """A row for each invariant."""
    for name, invariant in INVARIANTS.items():
        yield [name, invariant.holds, broken_in(result for result in bad if name in result.violated)]
    both = {result.scenario for result in results if result.deployment == "embedded"}
    both &= {result.scenario for result in results if result.deployment == "cluster"}
    here = broken_in(result for result in bad if result.scenario in both)
    yield ["I21", f"The same {len(both)} faults, embedded and on a cluster", here]


def broken_in(runs: Iterable[Result]) -> str:
    """Where that was."""
    return ", ".join(sorted({f"{run.scenario} {run.deployment}" for run in runs})) or "nowhere"


def evidence(result: Result) -> list[str]:
    """The first thing that shows each violation."""
    return [
        f"- {result.scenario} on {result.deployment}, seed `{result.seed}`, {name}, {len(bad)} in all:"
        f" `{plain_words(str(bad[0]))}`"
        for name, bad in result.violated.items()
    ]


def plain_words(said: str) -> str:
    """On one line, and without folders of this machine."""
    for folder, name in ((ROOT, "."), (Path.home(), "~"), (Path(tempfile.gettempdir()), "TMP")):
        said = said.replace(str(folder), name)
    return " ".join(said.replace("`", "'").split())[:400]


def table(head: list[str], found: list[list[str]]) -> list[str]:
    """A table with columns of one width, as prettier wants it."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, *found)]
    widths = [max(3, *(len(row[n]) for row in cells)) for n in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    lines.insert(1, ["-" * width for width in widths])
    return [f"| {' | '.join(row)} |" for row in lines]
