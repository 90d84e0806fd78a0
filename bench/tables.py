"""The figures that have one more dimension: members of a room, and senders."""

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from bench.plot import number
from bench.targets import (
    ACK_P50,
    ACK_P99,
    CPU,
    P50,
    P99,
    POSTGRESQL,
    RATE,
    SQLITE,
    Read,
    Sample,
    matching,
    reading,
)

Column = tuple[str, str, Read]
SAME, REFERENCE = "light as the send limit", "reference light"
W1: list[Column] = [
    ("saturated, µs", "saturated", CPU),
    ("deliveries/s", "saturated", RATE),
    ("p50, ms", "saturated", P50),
    ("p99, ms", "saturated", P99),
    ("light, µs", "light", CPU),
    ("p50, ms", "light", P50),
    ("p99, ms", "light", P99),
    ("at the limit's light rate, µs", SAME, CPU),
    ("p50, ms", SAME, P50),
    ("p99, ms", SAME, P99),
    ("send limit, saturated, µs", "reference saturated", CPU),
    ("light, µs", REFERENCE, CPU),
    ("p99, ms", REFERENCE, P99),
]
W2: list[Column] = [
    ("durable messages/s", "", RATE),
    ("CPU per message, µs", "", CPU),
    ("ack p50, ms", "", ACK_P50),
    ("ack p99, ms", "", ACK_P99),
]
W6: list[Column] = [
    ("p50, ms", "", P50),
    ("p99, ms", "", P99),
    ("CPU per search, µs", "", CPU),
    ("found", "", reading("found")),
]


def by_members(samples: Sequence[Sample]) -> Iterator[str]:
    """W1."""
    yield "W1, one room: CPU is per delivery, latency from sending to receiving.\n"
    yield _head("members", W1)
    for members in sorted({sample["members"] for sample in samples}):
        found = matching(samples, {"members": members})
        cells = [_median(matching(found, {"case": case}), read) for _, case, read in W1]
        yield f"| {members:,} | {' | '.join(cells)} |"
    yield ""


def by_senders(samples: Sequence[Sample]) -> Iterator[str]:
    """W2."""
    yield "W2, senders who have a room each and wait for each answer; the last rows are rooms of ten.\n"
    yield _head("senders", W2)
    for name, where in (("SQLite", SQLITE), ("PostgreSQL", POSTGRESQL)):
        found = [sample for sample in matching(samples, where) if "senders" in sample]
        for case, senders in dict.fromkeys((sample["case"], sample["senders"]) for sample in found):
            cells = [_median(matching(found, {"case": case}), read) for _, _, read in W2]
            place = " in rooms of ten" if case == "many rooms" else ""
            yield f"| {name}, {senders:,}{place} | {' | '.join(cells)} |"
    yield ""


def by_readers(samples: Sequence[Sample]) -> Iterator[str]:
    """W6."""
    yield "W6, searches by people who may read some of the rooms, one after the other.\n"
    yield _head("database, words, rooms that may be read", W6)
    names = ("database", "case", "rooms")
    for of in dict.fromkeys(tuple(sample[name] for name in names) for sample in samples if "rooms" in sample):
        found = matching(samples, dict(zip(names, of, strict=True)))
        yield f"| {', '.join(map(str, of))} | {' | '.join(_median(found, read) for _, _, read in W6)} |"
    yield ""


def _head(first: str, columns: Sequence[Column]) -> str:
    return f"| {first} | {' | '.join(title for title, _, _ in columns)} |\n{'|---' * (len(columns) + 1)}|"


def _median(samples: Sequence[dict[str, Any]], read: Read) -> str:
    if not samples:
        return ""
    mark = " †" if any(sample.get("generator_busy") for sample in samples) else ""
    return f"{number(statistics.median(read(sample) for sample in samples))}{mark}"
