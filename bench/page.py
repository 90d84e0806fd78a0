"""docs/performance.md and its pictures, written from the newest results of each workload."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import charts, results
from bench.cluster import page as cluster
from bench.machine import ROOT
from bench.meter import BUSY
from bench.page_text import ABOUT_GENERATOR, HOW, INTRODUCTION, NO_PEERS, PICTURES, SIDE_BY_SIDE
from bench.peers_page import Compared
from bench.plot import number
from bench.tables import by_members, by_readers, by_senders
from bench.targets import (
    FANOUT,
    GENERATOR,
    LEVELS,
    OTHERS,
    SENDS,
    Row,
    Sample,
    matching,
    memory_rows,
    search_rows,
)
from bench.world import Sizes

PAGE = ROOT / "docs" / "performance.md"
PICTURES_AT = Path("images") / "performance"
FULL = 0.9
WORKLOADS = ("generator", "fanout", "sends", "memory", "history", "storm", "search", "start")
TABLES = {"fanout": by_members, "sends": by_senders, "search": by_readers}
Run = tuple[dict[str, Any], list[Sample]]


def write_page(kept: Path, page: Path = PAGE) -> Path:
    """Write the page and its pictures; where it is."""
    folder = page.parent / PICTURES_AT
    folder.mkdir(parents=True, exist_ok=True)
    text, pictures = render(kept)
    page.write_text(text)
    for old in folder.glob("*.svg"):
        if old.name not in pictures:
            old.unlink()
    for name, picture in pictures.items():
        (folder / name).write_text(picture)
    return page


def render(kept: Path) -> tuple[str, charts.Drawn]:
    """The page's text, and its pictures by name."""
    report = Report(kept)
    pictures = charts.draw(report.samples, report.compared)
    sections = [INTRODUCTION, *report.worse(), *report.aims(), *_shown(pictures), *report.side_by_side()]
    sections += cluster.section(kept)
    sections += [*report.figures(), *report.generator(), *report.profiles(), HOW, *report.sources()]
    return "\n".join(sections) + "\n", pictures


def _shown(pictures: charts.Drawn) -> Iterator[str]:
    yield "## Pictures\n"
    for name, about in PICTURES.items():
        if name in pictures and name != "peers.svg":
            yield f"![{about}]({PICTURES_AT.as_posix()}/{name})\n"


class Report:
    """The newest run of each workload (of searches, in most messages), and the first one beside it."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._runs: dict[str, Run] = {}
        self._first: dict[str, Run] = {}
        for workload in WORKLOADS:
            found = results.all_of(kept, workload)
            if found:
                self._runs[workload] = max(found, key=_searched) if workload == "search" else found[0]
            if len(found) > 1:
                self._first[workload] = found[-1]
        self.compared = Compared.newest(kept)

    def samples(self, workload: str) -> Sequence[Sample]:
        """All samples of the newest run of a workload."""
        return self._runs[workload][1] if workload in self._runs else []

    def rows(self) -> list[Row]:
        """The rows of what was measured, and of what was to be measured."""
        idle, messages = self._sizes("memory")["idle"], self._sizes("search")["messages"]
        return [*FANOUT, *SENDS, *memory_rows(idle), *search_rows(messages), *OTHERS]

    # Sections

    def worse(self) -> Iterator[str]:
        """First of all where others are better."""
        yield "## Where others are better\n"
        if self.compared is None:
            yield NO_PEERS
            return
        lines = self.compared.worse()
        yield (
            f"In `bench/results/{self.compared.folder}`, all in one run; every figure at which anybody was "
            "better, whether it stores messages or not:\n"
        )
        yield "\n".join(lines or ["- Nobody was better at anything that was measured."]) + "\n"

    def aims(self) -> Iterator[str]:
        """The targets, and whether they are met."""
        rows = [row for row in self.rows() if row.targets]
        yield "## What is aimed at\n"
        for level, name in enumerate(LEVELS):
            told = [(row, row.met(level, row.values(self.samples(row.workload)))) for row in rows]
            aimed = [(row, met) for row, met in told if row.target(level)]
            unknown = {None: " (not measured)", False: ""}
            missed = [self._what(row) + unknown[met] for row, met in aimed if not met]
            behind = f"; not: {'; '.join(missed)}" if missed else ""
            yield f"- **{name}**: {len(aimed) - len(missed)} of {len(aimed)} met{behind}."
        yield "\n| | measured | " + " | ".join(LEVELS) + " | in the first run | what limits it |"
        yield "|---" * (len(LEVELS) + 4) + "|"
        for row in rows:
            aims = " | ".join(self._aim(row, level) for level in range(len(LEVELS)))
            cells = [self._what(row), self._measured(row), aims, self._before(row), self._limit(row)]
            yield f"| {' | '.join(cells)} |"
        yield ""

    def side_by_side(self) -> Iterator[str]:
        """Talkoot among its peers."""
        if self.compared is None:
            return
        yield SIDE_BY_SIDE
        yield f"![{PICTURES['peers.svg']}]({PICTURES_AT.as_posix()}/peers.svg)\n"
        yield "\n".join(self.compared.table()) + "\n"
        yield "\n".join(self.compared.about()) + "\n"
        if failures := list(self.compared.failures()):
            yield "What could not be measured:\n\n" + "\n".join(failures) + "\n"

    def figures(self) -> Iterator[str]:
        """Everything else that was measured."""
        yield "## All other figures\n"
        for workload, table in TABLES.items():
            if samples := self.samples(workload):
                yield from table(samples)
        yield "| | measured | in the first run | what limits it |\n|---|---|---|---|"
        for row in self.rows():
            if not row.targets and self._values(row):
                cells = [self._what(row), self._measured(row), self._before(row), self._limit(row)]
                yield f"| {' | '.join(cells)} |"
        yield ""

    def generator(self) -> Iterator[str]:
        """How we know that the load generator is not what limits."""
        yield ABOUT_GENERATOR
        lines = [f"| {row.what} | {self._measured(row)} |" for row in GENERATOR if self._values(row)]
        yield "| what a whole core of it does | |\n|---|---|\n" + "\n".join(lines) + "\n"
        marked = [
            f"- {workload}, {_named(sample)}: {sample['generator_share']:.0%}"
            for workload in WORKLOADS
            if workload != "generator"
            for sample in self.samples(workload)
            if sample.get("generator_busy")
        ]
        everything = f"No sample of this page had it above {BUSY:.0%} of its core.\n"
        listed = f"Samples with it above {BUSY:.0%} of its core, marked with † in the tables:\n\n"
        yield listed + "\n".join(marked) + "\n" if marked else everything
        yield from self._late()

    def _late(self) -> Iterator[str]:
        """Where a fixed rate was not kept."""
        late = [
            f"- {_named(sample)}: {sample['skipped'] / (sample['skipped'] + sample['ack']['samples']):.1%}"
            for sample in self.samples("fanout")
            if "light" in sample["case"] and sample.get("skipped")
        ]
        if late:
            yield "Messages of a light window that were not sent, as 16 of their sender were unanswered:\n"
            yield "\n".join(late) + "\n"

    def profiles(self) -> Iterator[str]:
        """Where the time went."""
        found = sorted(self._kept.glob("*/profiles/*.svg"))
        if found:
            yield "## Profiles\n"
            yield "Flame graphs of the server during a workload; the stacks they show are beside them:\n"
            for path in found:
                yield f"- [{path.stem}](../bench/results/{path.relative_to(self._kept).as_posix()})"
            yield ""

    def sources(self) -> Iterator[str]:
        """On what it was measured."""
        runs: dict[str, Run] = {}
        for about, samples in self._runs.values():
            runs.setdefault(about["folder"], (about, []))[1].extend(samples)
        yield from (_about(*run) for run in runs.values())
        if not runs:
            yield "Nothing was measured yet."

    # Cells

    def _values(self, row: Row) -> list[float]:
        return row.values(self.samples(row.workload))

    def _sizes(self, workload: str) -> dict[str, Any]:
        return asdict(Sizes()) | (self._runs[workload][0]["sizes"] if workload in self._runs else {})

    def _what(self, row: Row) -> str:
        sizes = self._sizes(row.workload)
        rooms = min(sizes["postgresql"], sizes["people"]) // sizes["room_size"]
        return row.what.format_map(sizes | {"postgresql_rooms": rooms})

    def _measured(self, row: Row) -> str:
        values = self._values(row)
        if not values:
            return "not measured"
        middle, low, high = (number(v) for v in (statistics.median(values), min(values), max(values)))
        found = matching(self.samples(row.workload), row.where)
        mark = " †" if any(sample.get("generator_busy") for sample in found) else ""
        spread = f" ({low} to {high})" if len(values) > 1 else ""
        return f"{middle} {row.unit}{spread}{mark}"

    def _aim(self, row: Row, level: int) -> str:
        met = row.met(level, self._values(row))
        answer = {True: ": yes", False: ": **no**", None: ""}[met]
        return f"{row.target(level)}{answer}"

    def _before(self, row: Row) -> str:
        values = row.values(self._first[row.workload][1]) if row.workload in self._first else []
        return number(statistics.median(values)) if values else ""

    def _limit(self, row: Row) -> str:
        """Who was busy: whoever has no time left is the limit."""
        samples = matching(self.samples(row.workload), row.where)
        if not samples or "server_share" not in samples[0]:
            return ""
        server, generator = (
            statistics.median(sample[name] for sample in samples)
            for name in ("server_share", "generator_share")
        )
        busy = f"server {server:.0%}, generator {generator:.0%} of a core"
        if server >= FULL:
            return f"the server's core ({busy})"
        return f"the load generator ({busy})" if generator >= FULL else busy


def _named(sample: Sample) -> str:
    names = ("members", "senders", "connections", "database")
    return ", ".join([str(sample["case"]), *(f"{name} {sample[name]}" for name in names if name in sample)])


def _about(run: dict[str, Any], samples: Sequence[Sample]) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in run["libraries"].items())
    changed = " with changes that are not committed" if run["changed"] else ""
    limit = "" if run["reference"] else " There was no C compiler, so the send limit is missing."
    if run.get("reader") == "Python":
        limit += " The load generator read in Python."
    others = max((sample.get("others_share", 0.0) for sample in samples), default=0.0)
    return (
        f"`bench/results/{run['folder']}`: {run['started']}, commit `{run['commit'][:12]}`{changed}, "
        f"{run['sizes']['repeats']} repeats of {run['sizes']['seconds']:g} s.{limit} {run['cores']} cores of "
        f"{run['cpu']}, {run['memory_gib']:g} GiB, Linux {run['kernel']}, {run['file_system']}, Python "
        f"{run['python']}, SQLite {run['sqlite']}, {libraries}. Load average before it: "
        f"{run['load_average'][0]:.1f}; other programs took at most {others:.0%} of a core from a window.\n"
    )


def _searched(run: Run) -> int:
    return int(run[0]["sizes"].get("messages", 0))
