"""What `python -m bench cluster` measured, as a section of docs/performance.md."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import results
from bench.cluster.resume import CASES, MISSED
from bench.plot import number
from bench.targets import ACK_P50, ACK_P99, P99, RATE, Read, matching, reading

WORKLOAD = "cluster"
BACK, NOTICED, BUS_COST = 20.0, 0.2, 60.0
RESIDENT = reading("resident_bytes")
CALM, STILL = "all read", "5% stand still"
Samples = Sequence[dict[str, Any]]

HEAD = """## A cluster on one machine

Three `talkoot serve`, PostgreSQL, Valkey and the load generator share the {cores} cores of this machine: what
a message costs counts here, more than how many there are. Before a message was acknowledged, PostgreSQL had
committed it with `synchronous_commit=on`.
"""
SENDING = """Everybody sends to a room of ten whose members are on all nodes. CPU is per message, with its ten
deliveries and the journeys between nodes.
"""
BUS = """**The bus alone**, two nodes: CPU of the node that publishes a message, and of the one that hears it.
Aim, {aim:.0f} µs a node and message when ten come at once: {met}.
"""
RESUME = """**{clients:,} come back to one room at the same moment**, to two nodes that did not write the
{missed} messages that each of them missed. PostgreSQL is asked {found} statements in all while Redis has the
messages, {found_events} of which read messages, and {emptied} after it was emptied, of which {emptied_events}
do. CPU for each of them: {nodes} µs of the nodes, {database} µs of PostgreSQL. Aim, a node reads messages
once, however many ask: {met}.
"""
HELD = """**One of three nodes killed under {sockets:,} sockets.** {lost:,} lost theirs; half of them were
back after {50%_back_seconds} s, 99% after {99%_back_seconds} s, all after {100%_back_seconds} s. Of
{sends_acknowledged:,} messages sent meanwhile {sends_failed} failed, {sends_repeated} were sent again, and
the slowest took {slowest_ack_seconds} s. Aim, {aim:.0f} s without a failed message: {met}. At first it took
{filled_seconds} s until all were connected; each cost {kib_per_connection} KiB of the nodes' memory.
"""
STALLED = """**{stalled} of {members:,} members stop reading**, on one node. p99 of the others: {then} ms,
after {before} ms while all read. Aim, less than {aim:.0%} more: {met}. The node's memory grew by
{grown:.1f} MiB at the most.
"""
SENDS: list[tuple[str, Read]] = [
    ("durable messages/s", RATE),
    ("nodes, µs", reading("nodes_us")),
    ("PostgreSQL, µs", reading("database_us")),
    ("Valkey, µs", reading("valkey_us")),
    ("ack p50, ms", ACK_P50),
    ("ack p99, ms", ACK_P99),
]

JOURNEY: list[tuple[str, Read]] = [
    ("publish, µs", reading("publish_us")),
    ("hear, µs", reading("hear_us")),
    ("Valkey, µs", reading("valkey_us")),
]


def section(kept: Path) -> Iterator[str]:
    """The newest run, if there was one."""
    found = results.all_of(kept, WORKLOAD)
    if not found:
        return
    about, samples = found[0]
    yield HEAD.format(cores=about["cores"])
    yield from _sends(matching(samples, {"workload": "sends"}))
    yield from _bus(matching(samples, {"workload": "bus"}))
    yield from _resume(matching(samples, {"workload": "resume"}))
    yield from _held(matching(samples, {"workload": "held"}))
    yield from _stalled(matching(samples, {"workload": "stalled"}))
    yield f"Measured in {about['folder']}.\n"


def _sends(samples: Samples) -> Iterator[str]:
    if not samples:
        return
    yield SENDING
    yield f"| nodes | {' | '.join(title for title, _ in SENDS)} |"
    yield "|---" * (len(SENDS) + 1) + "|"
    for nodes in sorted({sample["nodes"] for sample in samples}):
        some = matching(samples, {"nodes": nodes})
        yield f"| {nodes} | {' | '.join(_median(some, read) for _, read in SENDS)} |"
    yield ""


def _bus(samples: Samples) -> Iterator[str]:
    if not samples:
        return
    cases = list(dict.fromkeys(sample["case"] for sample in samples))
    busy = matching(samples, {"case": cases[1]})
    worst = max(statistics.median(read(sample) for sample in busy) for _, read in JOURNEY[:2])
    yield BUS.format(aim=BUS_COST, met=_met(worst <= BUS_COST))
    yield f"| messages | {' | '.join(title for title, _ in JOURNEY)} |"
    yield "|---" * (len(JOURNEY) + 1) + "|"
    for case in cases:
        some = matching(samples, {"case": case})
        yield f"| {case} | {' | '.join(_median(some, read) for _, read in JOURNEY)} |"
    yield ""


def _resume(samples: Samples) -> Iterator[str]:
    found, emptied = (matching(samples, {"case": case}) for case in CASES)
    if not found or not emptied:
        return
    asked, events = reading("statements"), reading("of_events")
    told = {
        "missed": MISSED,
        "found": _median(found, asked),
        "found_events": _median(found, events),
        "emptied": _median(emptied, asked),
        "emptied_events": _median(emptied, events),
        "nodes": _median(samples, reading("nodes_us")),
        "database": _median(samples, reading("database_us")),
        "met": _met(all(events(sample) <= sample["nodes"] for sample in samples)),
    }
    yield RESUME.format_map({**found[0], **told})


def _held(samples: Samples) -> Iterator[str]:
    for sample in samples:
        met = _met(sample["100%_back_seconds"] <= BACK and not sample["sends_failed"])
        yield HELD.format_map({**sample, "aim": BACK, "met": met})


def _stalled(samples: Samples) -> Iterator[str]:
    calm, still = matching(samples, {"case": CALM}), matching(samples, {"case": STILL})
    if not calm or not still:
        return
    before, then = (statistics.median(P99(sample) for sample in some) for some in (calm, still))
    least, most = min(map(RESIDENT, calm)), max(map(RESIDENT, still))
    told = {"before": number(before), "then": number(then), "grown": (most - least) / 2**20, "aim": NOTICED}
    yield STALLED.format_map({**still[0], **told, "met": _met(then <= before * (1 + NOTICED))})


def _met(answer: bool) -> str:  # noqa: FBT001 - it is all there is
    return "yes" if answer else "**no**"


def _median(samples: Samples, read: Read) -> str:
    return number(statistics.median(read(sample) for sample in samples))
