"""Talkoot beside its peers, as `python -m bench peers` measured them in one run: tables and a chart."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import plot
from bench.plot import Bar, number
from bench.targets import CPU, EACH, P50, P99, RATE, Read, Where, matching

OWN, LIMIT = "talkoot", "send-loop"
FILE = "peers.json"


@dataclass(frozen=True)
class Figure:
    """Something that all are measured at."""

    what: str
    where: Where
    read: Read
    unit: str
    least: bool = False  # more is better
    drawn: bool = True

    def better(self, one: float, other: float) -> bool:
        """Whether the first is better than the other."""
        return one > other if self.least else one < other


def _w1(members: int) -> Iterator[Figure]:
    for case in ("saturated", "light"):
        where = {"case": f"W1 {case}", "members": members}
        name = f"W1, {members:,} members, {case}"
        yield Figure(f"{name}: CPU per delivery", where, CPU, "µs", drawn=case == "saturated")
        if case == "saturated":
            yield Figure(f"{name}: deliveries", where, RATE, "/s", least=True, drawn=False)
        yield Figure(f"{name}: p50 latency", where, P50, "ms", drawn=False)
        yield Figure(f"{name}: p99 latency", where, P99, "ms", drawn=case == "light")


FIGURES = [
    *_w1(1000),
    *_w1(100),
    Figure("W2: messages", {"case": "W2"}, RATE, "/s", least=True),
    Figure("W2: CPU per message with its 10 deliveries", {"case": "W2"}, CPU, "µs"),
    Figure("W3: memory of a connection", {"case": "W3"}, EACH, "KiB"),
    Figure("W4: pages of history", {"case": "W4"}, RATE, "/s", least=True),
    Figure("W4: CPU per page", {"case": "W4"}, CPU, "µs", drawn=False),
    Figure("W5: connections", {"case": "W5"}, RATE, "/s", least=True),
    Figure("W5: CPU per connection", {"case": "W5"}, CPU, "µs", drawn=False),
]


@dataclass(frozen=True)
class Compared:
    """What was measured of everybody."""

    folder: str
    peers: list[dict[str, str]]
    samples: list[dict[str, Any]]

    @classmethod
    def newest(cls, results: Path) -> "Compared | None":
        """From the last folder that has it, by name: it begins with the day."""
        paths = sorted(results.glob(f"*/{FILE}"), key=lambda path: _started(path.parent))
        if not paths:
            return None
        found = json.loads(paths[-1].read_text())
        return cls(paths[-1].parent.name, found["peers"], found["samples"])

    def value(self, peer: str, figure: Figure) -> float | None:
        """The median of the repeats."""
        found = matching(self.samples, {"peer": peer, **figure.where})
        values = [figure.read(sample) for sample in found if "failed" not in sample and _has(figure, sample)]
        return statistics.median(values) if values else None

    def worse(self) -> list[str]:
        """Lines of a list: each figure at which somebody is better than Talkoot, the best of them first."""
        lines = []
        for figure in FIGURES:
            own = self.value(OWN, figure)
            others = [
                (value, peer["title"])
                for peer in self.peers
                if peer["name"] != OWN and (value := self.value(peer["name"], figure)) is not None
            ]
            better = [pair for pair in others if own is None or figure.better(pair[0], own)]
            if better:
                better.sort(reverse=figure.least)
                told = ", ".join(f"{title} {number(value)}" for value, title in better)
                mine = "Talkoot has no figure" if own is None else f"Talkoot {number(own)}"
                lines.append(f"- {figure.what}, {figure.unit}: {mine}; better: {told}.")
        return lines

    def table(self) -> Iterator[str]:
        """A row for each figure, a column for each server; the best that is durable is bold."""
        yield "| | " + " | ".join(peer["title"] for peer in self.peers) + " |"
        yield "|---" * (len(self.peers) + 1) + "|"
        for figure in FIGURES:
            cells = [self._cell(peer["name"], figure) for peer in self.peers]
            if any(cells):
                yield f"| {figure.what}, {figure.unit} | {' | '.join(cells)} |"

    def about(self) -> Iterator[str]:
        """How each is set up, and what it promises of a message."""
        for peer in self.peers:
            versions = peer["versions"] or "written for this"
            yield f"- **{peer['title']}** ({versions}). Stored: {peer['durable']}. {peer['how']}"

    def failures(self) -> Iterator[str]:
        """What was not to be measured, and why."""
        for peer in self.peers:
            for sample in matching(self.samples, {"peer": peer["name"]}):
                if "failed" in sample:
                    where = (
                        f"{sample['case']}, {sample['members']:,} members"
                        if "members" in sample
                        else sample["case"]
                    )
                    yield f"- {peer['title']}, {where}: {sample['failed'].splitlines()[0]}"

    def chart(self) -> str:
        """Everybody at what tells most."""
        panels = []
        for figure in FIGURES:
            values = [(peer, self.value(peer["name"], figure)) for peer in self.peers]
            if figure.drawn and any(value for _, value in values):
                sign = "more is better" if figure.least else "less is better"
                shown = [
                    Bar(peer["title"], value, _shown(value, figure.unit), own=peer["name"] == OWN)
                    for peer, value in values
                    if value is not None or peer["name"] != LIMIT
                ]
                panels.append((f"{figure.what}, {figure.unit}: {sign}", shown))
        return plot.bars("Side by side, in one run; logarithmic", panels)

    def _cell(self, peer: str, figure: Figure) -> str:
        value = self.value(peer, figure)
        found = matching(self.samples, {"peer": peer, **figure.where})
        if value is not None:
            return number(value) + (" †" if any(sample.get("generator_busy") for sample in found) else "")
        return "failed" if any("failed" in sample for sample in found) else ""


def _has(figure: Figure, sample: dict[str, Any]) -> bool:
    try:
        figure.read(sample)
    except (KeyError, TypeError):
        return False
    return True


def _shown(value: float | None, unit: str) -> str:
    return "no figure" if value is None else f"{number(value)} {unit}"


def _started(folder: Path) -> str:
    run = folder / "run.json"
    found = json.loads(run.read_text()).get("started", "") if run.exists() else ""
    return f"{folder.name[:10]} {found}"
