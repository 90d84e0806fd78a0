"""The pictures of the page, drawn from the samples; a picture without samples is not drawn."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench import plot
from bench.latency import LEVELS
from bench.peers_page import Compared
from bench.plot import Axis, Series
from bench.targets import CPU, EACH, MIB, POSTGRESQL, RATE, SQLITE, Read, Sample, Where, matching, reading

Drawn = dict[str, str]
NINES = [(1.0, "0%"), (2.0, "50%"), (10.0, "90%"), (100.0, "99%"), (1000.0, "99.9%"), (10_000.0, "99.99%")]
FANOUTS = {
    "Talkoot, saturated": "saturated",
    "Talkoot, light": "light",
    "Talkoot, limit's pace": "light as the send limit",
    "send limit, saturated": "reference saturated",
    "send limit, light": "reference light",
}


def draw(found: Callable[[str], Sequence[Sample]], compared: Compared | None) -> Drawn:
    """All of them, by the names of their files."""
    drawn = {
        "latency.svg": latency(found("fanout")),
        "fanout.svg": fanout(found("fanout")),
        "sends.svg": sends(found("sends")),
        "memory.svg": memory(found("memory")),
        "peers.svg": compared.chart() if compared else "",
    }
    return {name: text for name, text in drawn.items() if text}


def latency(samples: Sequence[Sample]) -> str:
    """How long deliveries took, up to the slowest in ten thousand."""
    lines = []
    for members in (1000, 100):
        for name, case in FANOUTS.items():
            found = matching(samples, {"case": case, "members": members})
            if case != "reference saturated" and (quantiles := _quantiles(found)):
                lines.append(_levels(f"{members:,}: {name}", quantiles, dashed=case.startswith("reference")))
    x, y = Axis("share of the deliveries that were faster", log=True, ticks=NINES), Axis("ms", log=True)
    return plot.lines("W1: latency from sending to receiving, by members", x, y, lines) if lines else ""


def _quantiles(samples: Sequence[Sample]) -> list[float]:
    """Of several repeats: the median at each level."""
    several = [sample["latency"]["quantiles_ms"] for sample in samples]
    return [statistics.median(values) for values in zip(*several, strict=True)] if all(several) else []


def _levels(name: str, quantiles: Sequence[float], *, dashed: bool) -> Series:
    points = [
        (1 / (1 - level / 100), max(value, 0.01)) for level, value in zip(LEVELS, quantiles, strict=False)
    ]
    return Series(name, points, dashed=dashed, marks=False)


def fanout(samples: Sequence[Sample]) -> str:
    """What a delivery costs in rooms of several sizes."""
    lines = [
        _series(name, samples, {"case": case}, "members", CPU, dashed=case.startswith("reference"))
        for name, case in FANOUTS.items()
    ]
    return _chart("W1: CPU per delivery", Axis("members of the room", log=True), Axis("µs", log=True), lines)


def sends(samples: Sequence[Sample]) -> str:
    """How many messages a number of senders get stored; a bare commit after the other is the dashed line."""
    alone = [sample for sample in samples if sample["case"].endswith(" senders")]
    lines = []
    for name, where in (("SQLite", SQLITE), ("PostgreSQL", POSTGRESQL)):
        line = _series(f"Talkoot, {name}", alone, where, "senders", RATE)
        bare = [sample["per_second"] for sample in matching(samples, {**where, "case": "one bare commit"})]
        lines.append(line)
        if bare and line.points:
            level = statistics.median(bare)
            ends = [(line.points[0][0], level), (line.points[-1][0], level)]
            lines.append(Series(f"bare {name} commits", ends, dashed=True, marks=False))
    x, y = Axis("senders, each waits for its answer", log=True), Axis("durable messages / s", log=True)
    return _chart("W2: messages stored and acknowledged", x, y, lines)


def memory(samples: Sequence[Sample]) -> str:
    """The whole process with its connections."""
    line = _series("Talkoot", samples, {}, "connections", reading("after_bytes", scale=MIB))
    most = max((sample["connections"] for sample in samples), default=0)
    if not most:
        return ""
    each = statistics.median(EACH(sample) for sample in matching(samples, {"connections": most}))
    title = f"W3: resident memory; each of {most:,} connections {each:.1f} KiB"
    return _chart(title, Axis("idle connections"), Axis("MiB"), [line])


def _series(
    name: str, samples: Iterable[Sample], where: Where, across: str, read: Read, *, dashed: bool = False
) -> Series:
    values: dict[float, list[float]] = {}
    for sample in matching(samples, where):
        values.setdefault(sample[across], []).append(read(sample))
    ordered = sorted(values.items())
    points = [(x, statistics.median(found)) for x, found in ordered]
    return Series(name, points, [(min(found), max(found)) for _, found in ordered], dashed=dashed)


def _chart(title: str, x: Axis, y: Axis, lines: Sequence[Series]) -> str:
    drawn: list[Any] = [line for line in lines if line.points]
    return plot.lines(title, x, y, drawn) if drawn else ""
