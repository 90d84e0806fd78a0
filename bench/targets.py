"""The rows of the page: what is aimed at, and how it is read from the samples."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Sample = dict[str, Any]
Read = Callable[[Sample], float]
Where = Mapping[str, Any]
LEVELS = ("foundation", "engine", "moonshot")


@dataclass(frozen=True)
class Row:
    """A figure with its targets; `over` is what it is divided by; `what` may name sizes in braces."""

    workload: str
    what: str
    where: Where
    read: Read
    unit: str
    targets: Sequence[float | None] = ()
    least: bool = False  # a target is the least it must be, not the most
    over: tuple[Where, Read] | None = None

    def values(self, samples: Iterable[Sample]) -> list[float]:
        """One value for each repeat."""
        samples = list(samples)
        found = {sample["repeat"]: self.read(sample) for sample in matching(samples, self.where)}
        if self.over is None:
            return list(found.values())
        where, read = self.over
        below = {sample["repeat"]: read(sample) for sample in matching(samples, where)}
        return [value / below[repeat] for repeat, value in found.items() if repeat in below]

    def target(self, level: int) -> str:
        """The target in words."""
        value = self.targets[level] if level < len(self.targets) else None
        sign = "≥" if self.least else "≤"
        unit = self.unit if len(self.unit) <= 6 else "times"
        return "" if value is None else f"{sign} {value:,g} {unit}"

    def met(self, level: int, values: Sequence[float]) -> bool | None:
        """Whether the median is where it should be; None where nothing is aimed at or known."""
        if not values or not self.target(level):
            return None
        median, target = statistics.median(values), self.targets[level] or 0.0
        return median >= target if self.least else median <= target


def matching(samples: Iterable[Sample], where: Where) -> list[Sample]:
    """The samples with these values."""
    return [sample for sample in samples if all(sample.get(name) == value for name, value in where.items())]


def reading(*names: str, scale: float = 1.0) -> Read:
    """Reads a number, nested as the names say."""

    def read(sample: Sample) -> float:
        value: Any = sample
        for name in names:
            value = value[name]
        return float(value) * scale

    return read


CPU = reading("cpu_us")
RATE = reading("per_second")
P50, P99 = reading("latency", "p50_ms"), reading("latency", "p99_ms")
ACK_P50, ACK_P99 = reading("ack", "p50_ms"), reading("ack", "p99_ms")
EACH = reading("kib_per_connection")
MIB = 1 / 2**20
LIMIT = "times the send limit"
SQLITE: dict[str, Any] = {"database": "sqlite"}
POSTGRESQL: dict[str, Any] = {"database": "postgresql"}


MEMBERS = 1000  # of the room that W1's targets are for


def _wide(what: str, case: str, read: Read, unit: str, *targets: float | None, limit: str = "") -> Row:
    room = {"members": MEMBERS}
    over = ({"case": limit, **room}, read) if limit else None
    return Row(
        "fanout", f"W1, {MEMBERS:,} members, {what}", {"case": case, **room}, read, unit, targets, over=over
    )


FANOUT = [
    _wide("saturated: CPU per delivery", "saturated", CPU, "µs", 8, 2, 0.6),
    _wide("light: CPU per delivery", "light", CPU, LIMIT, 2, 1.3, 1.1, limit="reference light"),
    _wide("light: p99 latency", "light", P99, "ms", 50, 15, 8),
    _wide("saturated: CPU per delivery", "saturated", CPU, LIMIT, limit="reference saturated"),
    _wide(
        "at the send limit's light rate: CPU per delivery",
        "light as the send limit",
        CPU,
        LIMIT,
        limit="reference light",
    ),
]


ONE, MANY, BARE = {"case": "1 senders"}, {"case": "many rooms"}, {"case": "one bare commit"}
COMMIT = reading("p50_ms")
SENDS = [
    Row(
        "sends",
        "W2, {rooms} rooms of {room_size}: durable sends",
        SQLITE | MANY,
        RATE,
        "/s",
        (1000, 5000, 10_000),
        least=True,
    ),
    Row(
        "sends",
        "W2, CPU per send with its {room_size} deliveries",
        SQLITE | MANY,
        CPU,
        "µs",
        (800, 180, 95),
    ),
    Row(
        "sends",
        "one sender, one room: ack p50",
        SQLITE | ONE,
        ACK_P50,
        "times a bare SQLite commit",
        (None, 3, 1.5),
        over=(SQLITE | BARE, COMMIT),
    ),
    Row("sends", "one bare SQLite commit: p50", SQLITE | BARE, COMMIT, "ms"),
    Row(
        "sends",
        "PostgreSQL, one sender: ack p50",
        POSTGRESQL | ONE,
        ACK_P50,
        "times a bare commit there",
        over=(POSTGRESQL | BARE, COMMIT),
    ),
    Row("sends", "one bare PostgreSQL commit, with its fsync: p50", POSTGRESQL | BARE, COMMIT, "ms"),
    Row(
        "sends",
        "PostgreSQL, {postgresql_rooms} rooms of {room_size}: its own CPU per send",
        POSTGRESQL | MANY,
        reading("database_us"),
        "µs",
    ),
]


def memory_rows(numbers: Sequence[int]) -> list[Row]:
    """W3."""
    return [
        Row(
            "memory",
            f"W3, each of {number:,} idle connections",
            {"connections": number},
            EACH,
            "KiB",
            (40, 20, 10) if number >= 2000 else (),
        )
        for number in numbers
        if number
    ]


SEARCH = {"case": "three words", "rooms": 50}  # of 100
MILLION = 1_000_000  # messages that the target of W6 is for


def search_rows(messages: int) -> list[Row]:
    """W6; a run with fewer messages meets no target."""
    return [
        Row(
            "search",
            f"W6, three words in {messages:,} messages, {name}: p50 latency",
            where | SEARCH,
            P50,
            "ms",
            (None, 50, None) if messages >= MILLION else (),
        )
        for name, where in (("SQLite", SQLITE), ("PostgreSQL", POSTGRESQL))
    ]


OTHERS = [
    Row(
        "history",
        "W4, last 50 of {history:,} messages",
        {"case": "last page"},
        RATE,
        "/s",
        (300, 2000, 6000),
        least=True,
    ),
    Row("history", "W4, CPU per request", {"case": "last page"}, CPU, "µs"),
    Row("history", "W4, p99 latency, 16 under way", {"case": "last page"}, P99, "ms"),
    Row("history", "W4, 50 from the middle", {"case": "deep page"}, RATE, "/s"),
    Row("history", "W4, CPU per request for them", {"case": "deep page"}, CPU, "µs"),
    Row("history", "W4, not modified (304)", {"case": "not modified"}, RATE, "/s"),
    Row("history", "filling that room over the socket", {"case": "fill"}, RATE, "sends/s"),
    Row(
        "storm",
        "W5, {storm:,} connect, authenticate, subscribe",
        {"case": "all at once"},
        RATE,
        "/s",
        (200, 800, 1500),
        least=True,
    ),
    Row("storm", "W5, CPU per connection", {"case": "all at once"}, CPU, "µs"),
    Row(
        "start",
        "first page, in an empty folder",
        {"case": "first start"},
        reading("first_page_s"),
        "s",
        (4, 2, 1),
    ),
    Row(
        "start",
        "first page, in a folder that has data",
        {"case": "later start"},
        reading("first_page_s"),
        "s",
        (4, 2, 1),
    ),
    Row(
        "start",
        "resident memory at rest, one process",
        {"case": "later start"},
        reading("resident_bytes", scale=MIB),
        "MiB",
        (160, 110, 80),
    ),
]
GENERATOR = [
    Row(
        "generator",
        "events it reads, each by itself",
        {"case": "reading one by one"},
        reading("capacity_per_second"),
        "/s",
    ),
    Row(
        "generator",
        "events it reads, 32 joined",
        {"case": "reading joined"},
        reading("capacity_per_second"),
        "/s",
    ),
    Row(
        "generator",
        "messages it sends and has answered",
        {"case": "sending"},
        reading("capacity_per_second"),
        "/s",
    ),
]
