"""Whether what was promised to writers is there: I1, I2, I3, I8, I9, I12 to I17."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.faults.recording import Entry, Final, Json, Recording, RoomAtTheEnd
from tests.faults.violations import Violation

CREATED, UPDATED, DELETED = "message.created", "message.updated", "message.deleted"
LOGGED = {CREATED, UPDATED, DELETED, "thread.updated", "member.joined", "member.left", "room.updated"}
SLACK = 16
"""Descriptors that a node may keep more than before: pools of connections grow when they are used."""


def once(recording: Recording, final: Final) -> Iterator[Violation]:
    """I1: every acknowledged cid is in history once, at that place, with that body."""
    texts = {entry.data["cid"]: entry.data["text"] for entry in recording.of("send")}
    found: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for room, event in _events(final):
        if event["type"] == CREATED and event["cid"]:
            found[room, event["cid"]].append(event)
    for entry in recording.of("ack"):
        there = found[entry.room, entry.data["cid"]]
        if len(there) != 1:
            yield Violation(f"an acknowledged message is in history {len(there)} times", entry)
            continue
        event = there[0]
        if any(event[name] != entry.data[name] for name in ("seq", "id", "ts")):
            yield Violation(f"it is acknowledged otherwise than it is at {event['seq']}", entry)
        elif not event["body"].get("deleted") and event["body"]["text"] != texts.get(entry.data["cid"]):
            yield Violation("its body is not the one that was sent", entry)
    yield from _changes(recording, final)


def _changes(recording: Recording, final: Final) -> Iterator[Violation]:
    at = {(room, event["seq"]): event for room, event in _events(final)}
    for entry in recording.of("changed"):
        changed = at.get((entry.room, entry.data["seq"]))
        if changed is None or changed["body"].get("message") != entry.data["message"]:
            yield Violation("an acknowledged change is not in history", entry)


def sent(recording: Recording, final: Final) -> Iterator[Violation]:
    """I2: every message was sent by somebody; what was refused for good is absent."""
    texts = {entry.data["cid"]: entry.data["text"] for entry in recording.of("send")}
    there = {}
    for _, event in _events(final):
        if event["type"] == CREATED:
            there[event["cid"]] = event
            redacted = event["body"].get("deleted")
            if event["cid"] not in texts or not (redacted or event["body"]["text"] == texts[event["cid"]]):
                yield Violation(f"nobody sent what is in history at {event['seq']}: {event}")
    for entry in recording.of("nack"):
        if not entry.data["retryable"] and entry.data["code"] != "conflict" and entry.data["cid"] in there:
            yield Violation("what was refused for good is in history", entry)


def whole(_recording: Recording, final: Final) -> Iterator[Violation]:
    """I3: 1 to head without a hole, and times that rise."""
    for name, room in final.rooms.items():
        seqs = [event["seq"] for event in room.events]
        if seqs != [*range(1, room.head + 1)]:
            first = next((n for n, seq in enumerate(seqs, 1) if n != seq), len(seqs) + 1)
            yield Violation(f"room {name} has a hole or a double at {first} of {room.head}")
        times = [event["ts"] for event in room.events]
        if any(later <= earlier for earlier, later in pairwise(times)):
            yield Violation(f"the times of room {name} do not rise")


def visible(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I8: a read that began after the acknowledgement shows the message."""
    for entry in recording.of("looked"):
        event = entry.data["event"]
        if event is None or event["cid"] != entry.data["cid"]:
            yield Violation("the sender could not read what was acknowledged", entry)


def fifo(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I9: of what a connection sent to a room, and was stored then, the order is that of sending."""
    order: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    acks: dict[tuple[int, str], dict[str, Entry]] = defaultdict(dict)
    for number, entry in enumerate(recording.entries):
        if entry.conn and entry.kind == "send":
            order[entry.conn, entry.room][entry.data["cid"]] = number
        elif entry.conn and entry.kind == "ack" and not entry.data["dup"]:
            acks[entry.conn, entry.room][entry.data["cid"]] = entry
    for where, stored in acks.items():
        last = 0
        for cid in sorted(stored, key=lambda cid: order[where].get(cid, 0)):
            if stored[cid].data["seq"] <= last:
                yield Violation("it was sent later than what is behind it", stored[cid])
            last = max(last, stored[cid].data["seq"])


def unread(_recording: Recording, final: Final) -> Iterator[Violation]:
    """I12: unread is what is countable after the read position."""
    for user, rooms in final.unreads.items():
        for name, said in rooms.items():
            if name in final.rooms:
                right = _countable(final.rooms[name], said["read_seq"])
                if said["unread"] != right:
                    yield Violation(f"{user} has {right} unread in {name}, and is told {said['unread']}")


def forward(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I13: no read position is below one that was answered before the question began."""
    reached: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for entry in recording.of("read", "reads"):
        where = (entry.who, entry.room)
        position = entry.data["seq"] if entry.kind == "read" else entry.data["read_seq"]
        if entry.kind == "reads":
            before = max((seq for at, seq in reached[where] if at <= entry.data["began"]), default=0)
            if position < before:
                yield Violation(f"a read position fell from {before}", entry)
        reached[where].append((entry.at, position))


def ephemeral(recording: Recording, final: Final) -> Iterator[Violation]:
    """I14: the log has only what belongs there; nobody is present 70 s after the end."""
    for _, event in _events(final):
        if event["type"] not in LOGGED:
            yield Violation(f"{event['type']} is in history at {event['seq']}")
    for entry in recording.of("present"):
        if entry.data["since_kill"] > 70:
            yield Violation("somebody who is gone is present", entry)


def bounded(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I15: descriptors and connections are as many after as before."""
    before: dict[str, Json] = {}
    for entry in recording.of("resources"):
        node = entry.data["node"]
        if entry.data["phase"] == "before":
            before[node] = entry.data
        elif node in before and entry.data["descriptors"] > before[node]["descriptors"] + SLACK:
            yield Violation(f"descriptors grew from {before[node]['descriptors']}", entry)
        elif node in before and entry.data["connections"] > before[node]["connections"]:
            yield Violation(f"connections grew from {before[node]['connections']}", entry)


def effects(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I16: each job's effect was seen once."""
    seen: Counter[str] = Counter()
    for entry in recording.of("effect"):
        seen[entry.data["job"]] += entry.data.get("times", 1)
        if seen[entry.data["job"]] != 1:
            yield Violation(f"a job's effect happened {seen[entry.data['job']]} times", entry)


def malformed(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I17: each malformed frame was answered by one of its codes, and nobody else was harmed."""
    for entry in recording.of("malformed", "harmed"):
        if entry.kind == "harmed" or entry.data["got"] not in entry.data["wanted"]:
            yield Violation("a malformed frame was not answered as it must be", entry)


def _events(final: Final) -> Iterator[tuple[str, Json]]:
    return ((name, event) for name, room in final.rooms.items() for event in room.events)


def _countable(room: RoomAtTheEnd, after: int) -> int:
    return sum(
        event["type"] == CREATED and event["seq"] > after and not event["body"].get("thread")
        for event in room.events
    )
