"""Whether answers to reading were whole, and none was a failure of the server's own: I18 and I20."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from tests.faults.recording import Final, Json, Recording, RoomAtTheEnd
from tests.faults.violations import Violation

CREATED, UPDATED, DELETED = "message.created", "message.updated", "message.deleted"


def failures(recording: Recording, _final: Final) -> Iterator[Violation]:
    """I18: nothing ends in a failure that the server did not expect: 500, or `internal` on the socket."""
    for entry in recording.of("failure"):
        yield Violation("the server failed by itself", entry)
    for entry in recording.of("nack"):
        if entry.data["code"] == "internal":
            yield Violation("the server failed by itself", entry)


def torn(recording: Recording, final: Final) -> Iterator[Violation]:
    """I20: a page of history is what the log says at one position, not older than what was known before.

    What somebody applies from there on then gives what a fresh page would show.
    """
    texts = {entry.data["cid"]: entry.data["text"] for entry in recording.of("send", "change")}
    rooms = {name: _versions(room, texts) for name, room in final.rooms.items()}
    known = _known(recording)
    for entry in recording.of("page"):
        if entry.room not in rooms:
            continue
        where, before = rooms[entry.room], known[entry.room]
        least = before.until(entry.data["began"])
        first, end = where.held(entry.data["items"])
        if first >= end:
            yield Violation("a page shows what never was at the same time", entry)
        elif end <= least:
            yield Violation(f"a page is as it was before {end:.0f}; {least} was known", entry)


@dataclass
class _Room:
    """From where to where each message looked how; and where each was made, in order."""

    versions: dict[str, list[tuple[int, float, str, bool]]] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)

    def held(self, items: list[Json]) -> tuple[float, float]:
        """The positions from the first to before the last one at which all of this was so."""
        newest = items[-1]["seq"] if items else 0
        following = bisect_right(self.made, newest)
        first, end = float(newest), float(self.made[following]) if following < len(self.made) else inf
        if [item["seq"] for item in items] != self.made[max(0, following - len(items)) : following]:
            return 1, 0
        for item in items:
            how = (item["text"], item["deleted"])
            spans = [
                (since, until)
                for since, until, *was in self.versions.get(item["id"], [])
                if tuple(was) == how
            ]
            if not spans:
                return 1, 0
            first, end = max(first, spans[0][0]), min(end, spans[0][1])
        return first, end


@dataclass
class _Known:
    """Which position was known at which moment."""

    times: list[float] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)

    def until(self, moment: float) -> int:
        """The highest one."""
        at = bisect_right(self.times, moment)
        return self.heads[at - 1] if at else 0


def _known(recording: Recording) -> dict[str, _Known]:
    known: dict[str, _Known] = defaultdict(_Known)
    for entry in recording.of("ack", "changed"):
        room = known[entry.room]
        if entry.data["seq"] > (room.heads[-1] if room.heads else 0):
            room.times.append(entry.at)
            room.heads.append(entry.data["seq"])
    return known


def _versions(room: RoomAtTheEnd, texts: dict[str, str]) -> _Room:
    found = _Room()
    for event in room.events:
        message = event["id"] if event["type"] == CREATED else event["body"].get("message")
        if event["type"] == CREATED:
            found.made.append(event["seq"])
        elif event["type"] not in {UPDATED, DELETED}:
            continue
        spans = found.versions.setdefault(message, [])
        if spans:
            spans[-1] = (spans[-1][0], event["seq"], *spans[-1][2:])
        gone = event["type"] == DELETED
        spans.append((event["seq"], inf, "" if gone else texts.get(event["cid"], ""), gone))
    return found
