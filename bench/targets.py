"""The rows of the page: what is aimed at, and how it is read from the samples."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Sample = dict[str, Any]
Read = Callable[[Sample], float]


@dataclass(frozen=True)
class Row:
    """A figure with its target; `over` is the case it is divided by; `what` may name sizes in braces."""

    workload: str
    what: str
    case: str
    read: Read
    unit: str
    most: float | None = None
    least: float | None = None
    members: int | None = None
    over: tuple[str, Read] | None = None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}".strip()
        return f"≥ {self.least:,.0f} {self.unit}".strip() if self.least is not None else ""

    def values(self, samples: Iterable[Sample]) -> list[float]:
        """One value for each repeat."""
        found = self._of(samples, self.case)
        values = {repeat: self.read(sample) for repeat, sample in found.items()}
        if self.over is None:
            return list(values.values())
        case, read = self.over
        below = self._of(samples, case)
        return [value / read(below[repeat]) for repeat, value in values.items() if repeat in below]

    def met(self, values: Sequence[float]) -> str:
        """Whether the median is where it should be."""
        if not values or (self.most is None and self.least is None):
            return ""
        median = statistics.median(values)
        good = median <= self.most if self.most is not None else median >= (self.least or 0)
        return "yes" if good else "**no**"

    def of_case(self, samples: Iterable[Sample]) -> list[Sample]:
        """The samples this row reads."""
        return list(self._of(samples, self.case).values())

    def _of(self, samples: Iterable[Sample], case: str) -> dict[int, Sample]:
        return {
            sample["repeat"]: sample
            for sample in samples
            if sample["case"] == case and self.members in {None, sample.get("members")}
        }


def field(*names: str, scale: float = 1.0) -> Read:
    """Reads a number, nested as the names say."""

    def read(sample: Sample) -> float:
        value: Any = sample
        for name in names:
            value = value[name]
        return float(value) * scale

    return read


CPU = field("cpu_us")
RATE = field("per_second")
P50, P99 = field("latency", "p50_ms"), field("latency", "p99_ms")
ACK_P50 = field("ack", "p50_ms")
MIB = 1 / 2**20
LIMIT = "times the send limit"


def fanout_rows(members: int) -> list[Row]:
    """W1 for one size of the room; targets are set for 1,000."""

    def row(what: str, case: str, read: Read, unit: str, **more: Any) -> Row:
        return Row("fanout", f"W1, {members:,} members, {what}", case, read, unit, members=members, **more)

    thousand = members == 1000
    return [
        row("saturated: CPU per delivery", "saturated", CPU, "µs", most=8 if thousand else None),
        row("saturated: deliveries", "saturated", RATE, "/s"),
        row("saturated: p50 latency", "saturated", P50, "ms"),
        row("saturated: p99 latency", "saturated", P99, "ms"),
        row("saturated: CPU per delivery", "saturated", CPU, LIMIT, over=("reference saturated", CPU)),
        row("light: CPU per delivery", "light", CPU, "µs"),
        row(
            "light: CPU per delivery",
            "light",
            CPU,
            LIMIT,
            most=2 if thousand else None,
            over=("reference light", CPU),
        ),
        row("light: p50 latency", "light", P50, "ms"),
        row("light: p99 latency", "light", P99, "ms", most=50 if thousand else None),
        row("the send limit, saturated: CPU per delivery", "reference saturated", CPU, "µs"),
        row("the send limit, light: CPU per delivery", "reference light", CPU, "µs"),
    ]


def send_rows(senders: Sequence[int]) -> list[Row]:
    """W2."""
    bare = "one bare SQLite commit"
    return [
        Row("sends", "one bare SQLite commit: p50", bare, field("p50_ms"), "ms"),
        Row("sends", "one sender, one room: ack p50", "1 senders", ACK_P50, "ms"),
        Row(
            "sends",
            "one sender, one room: ack p50",
            "1 senders",
            ACK_P50,
            "times a bare commit",
            over=(bare, field("p50_ms")),
        ),
        *(
            Row("sends", f"{n} senders, a room each: durable sends", f"{n} senders", RATE, "/s")
            for n in senders
        ),
        Row(
            "sends",
            "W2, {people:,} people in {rooms} rooms: durable sends",
            "many rooms",
            RATE,
            "/s",
            least=1000,
        ),
        Row("sends", "W2, CPU per send with its {room_size} deliveries", "many rooms", CPU, "µs", most=800),
        Row("sends", "W2, ack p99", "many rooms", field("ack", "p99_ms"), "ms"),
    ]


OTHERS = [
    Row(
        "memory", "W3, each of {idle:,} idle connections", "idle", field("kib_per_connection"), "KiB", most=40
    ),
    Row("history", "W4, last 50 of {history:,} messages", "last page", RATE, "/s", least=300),
    Row("history", "W4, CPU per request", "last page", CPU, "µs"),
    Row("history", "W4, p99 latency, 16 under way", "last page", P99, "ms"),
    Row("history", "filling that room over the socket", "fill", RATE, "sends/s"),
    Row("storm", "W5, {storm:,} connect, authenticate, subscribe", "all at once", RATE, "/s", least=200),
    Row("storm", "W5, CPU per connection", "all at once", CPU, "µs"),
    Row("start", "first page, in an empty folder", "first start", field("first_page_s"), "s", most=4),
    Row("start", "first page, in a folder that has data", "later start", field("first_page_s"), "s", most=4),
    Row(
        "start",
        "resident memory at rest, one process",
        "later start",
        field("resident_bytes", scale=MIB),
        "MiB",
        most=160,
    ),
]
