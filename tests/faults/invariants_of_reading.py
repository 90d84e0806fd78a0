"""Whether what readers saw is right, and nothing that they must not see: I4 to I7, I10, I11, I19."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.recording import Entry, Final, Json, Recording
from tests.faults.violations import Violation

BOUND = 30.0
"""Seconds from healed to converged."""
GRACE = 2.0
"""Seconds that a connection may outlive its session."""
SAME = ("id", "type", "sender", "cid", "ts")


@dataclass
class Follower:
    """Where one connection is in one room; None: it does not matter what comes next."""

    position: int | None = None
    live: bool = False
    late: list[int] = field(default_factory=list)


def in_order(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I4: positions rise by one, except across `recovered: false` and `reset`."""
    following: dict[tuple[int, str], Follower] = defaultdict(Follower)
    for entry in recording.entries:
        if not entry.conn or not entry.room:
            continue
        follower = following[entry.conn, entry.room]
        if entry.kind == "event":
            seq = entry.data["seq"]
            if follower.position is not None and seq != follower.position + 1:
                yield Violation(f"{seq} came after {follower.position}", entry)
            follower.position = seq
        else:
            _move(follower, entry)


def _move(follower: Follower, entry: Entry) -> None:
    if entry.kind == "subscribing":
        follower.position, follower.live = entry.data["since"], False
    elif entry.kind == "reset":
        follower.position = None
    elif entry.kind == "subscribed":
        follower.live = True
        if follower.position is None or not entry.data["recovered"]:
            follower.position = entry.data["head"]
    elif entry.kind in {"gone", "unsubscribed", "closed"}:
        follower.live = False


def alike(recording: Recording, final: Final) -> Iterator[Violation]:
    """I5: a position is the same event for every observer; text is gone for who asks after its deletion."""
    known: dict[tuple[str, int], Json] = {
        (name, event["seq"]): event for name, room in final.rooms.items() for event in room.events
    }
    gone = _deletions(recording)
    yield from _still_there(final, gone)
    asked: dict[tuple[int, str], float] = {}
    for entry in recording.of("subscribing", "event", "shown"):
        if entry.kind == "subscribing":
            asked[entry.conn, entry.room] = entry.at
            continue
        seen = entry.data
        if entry.kind == "event":
            truth = known.get((entry.room, seen["seq"]))
            if truth is None:
                yield Violation("an event was seen that is not in history", entry)
            elif any(seen[name] != truth[name] for name in SAME) or not _same_body(
                seen["body"], truth["body"]
            ):
                yield Violation(f"it is another event than {truth}", entry)
        began = seen.get("began") if not entry.conn else asked.get((entry.conn, entry.room))
        body = seen.get("body", seen)
        at, end = gone.get(body.get("message", seen["id"]), (began or 0.0, 0))
        if began is not None and body.get("text") and began > at and seen["seq"] < end:
            yield Violation("deleted text was shown to somebody who asked after the deletion", entry)


def _deletions(recording: Recording) -> dict[str, tuple[float, int]]:
    """For each message whose deletion was acknowledged: when, and the position of its end."""
    wanted = {entry.data["cid"] for entry in recording.of("change") if entry.data["text"] is None}
    return {
        entry.data["message"]: (entry.at, entry.data["seq"])
        for entry in recording.of("changed")
        if entry.data["cid"] in wanted
    }


def _still_there(final: Final, gone: dict[str, tuple[float, int]]) -> Iterator[Violation]:
    for room in final.rooms.values():
        for event in room.events:
            _, end = gone.get(event["body"].get("message", event["id"]), (0.0, 0))
            if event["seq"] < end and event["body"].get("text"):
                yield Violation(f"deleted text is in the log at {event['seq']}: {event}")


def _same_body(seen: Json, truth: Json) -> bool:
    return seen == truth or bool(seen.get("deleted")) or bool(truth.get("deleted"))


def complete(recording: Recording, final: Final) -> Iterator[Violation]:
    """I6: every connection that is still open has everything of what it follows."""
    following: dict[tuple[int, str], Follower] = defaultdict(Follower)
    closed = {entry.conn for entry in recording.of("closed")}
    for entry in recording.entries:
        if entry.conn and entry.room:
            follower = following[entry.conn, entry.room]
            if entry.kind == "event":
                follower.position = entry.data["seq"]
            else:
                _move(follower, entry)
    for (conn, room), follower in following.items():
        head = final.rooms[room].head if room in final.rooms else follower.position
        if conn not in closed and follower.live and follower.position != head:
            yield Violation(f"connection {conn} has {follower.position} of {head} in room {room}")


def converged(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I7: after the end of the faults everybody has everything within the bound."""
    healed: Entry | None = None
    for entry in recording.of("healed", "converged", "waited"):
        if entry.kind == "healed":
            healed = entry
        elif entry.kind == "waited":
            yield Violation("it never converged", entry)
            healed = None
        elif healed is not None and entry.at - healed.at > BOUND:
            yield Violation(f"it took {entry.at - healed.at:.1f} s", entry)
            healed = None
        else:
            healed = None
    if healed is not None:
        yield Violation("it never converged", healed)


def revoked(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I10: nothing beyond the position of an acknowledged revocation reaches that person."""
    lost: dict[tuple[str, str], int] = {}
    for entry in _revocations_first(recording):
        where = (entry.who, entry.room)
        if entry.kind == "revoke":
            lost[where] = entry.data["after"]
        elif entry.kind == "granting":
            lost.pop(where, None)
        elif where in lost and entry.data["seq"] > lost[where]:
            yield Violation(f"access ended at {lost[where]}", entry)


def _revocations_first(recording: Recording) -> Iterator[Entry]:
    """The entries that matter, a revocation before what was seen since the grant before it.

    It holds from its commit, which is before its answer: what a person saw beyond that position is a leak
    even if it was seen before the answer.
    """
    since_grant: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in recording.of("revoke", "granting", "event", "shown"):
        where = (entry.who, entry.room)
        if entry.kind in {"event", "shown"}:
            since_grant[where].append(entry)
            continue
        if entry.kind == "revoke":
            yield entry
        yield from since_grant.pop(where, ())
        if entry.kind == "granting":
            yield entry
    for left in since_grant.values():
        yield from left


def sessions(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I11: nothing comes before `welcome`; nothing later than two seconds after the end of a session."""
    session: dict[int, str] = {}
    ended: dict[str, float] = {}
    for entry in recording.entries:
        if entry.kind == "early":
            yield Violation("a frame came before the welcome", entry)
        elif entry.kind == "welcome":
            session[entry.conn] = entry.data["session"]
        elif entry.kind == "session_ended":
            ended[entry.data["session"]] = entry.at
        if entry.kind in {"event", "ack", "welcome", "subscribed"} and entry.conn:
            end = ended.get(session.get(entry.conn, ""))
            if end is not None and entry.at > end + GRACE:
                yield Violation(f"the session ended {entry.at - end:.1f} s before", entry)


def restored(recording: Recording, final: Final) -> Iterator[Violation]:
    """I19: the epoch is new, and who comes with the old one is told `reset`."""
    for entry in recording.of("restored"):
        for room, epoch in entry.data["epochs"].items():
            if final.rooms[room].epoch == epoch:
                yield Violation(f"room {room} has the epoch it had before", entry)
        resets = {(seen.who, seen.room) for seen in recording.of("reset") if seen.at > entry.at}
        for who, room in entry.data["followed"]:
            if (who, room) not in resets:
                yield Violation(f"{who} was not told of room {room}", entry)
