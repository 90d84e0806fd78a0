"""What the clients of a run did and saw, in the order in which it happened, and what was there at the end."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal[
    "welcome",  # a connection was welcomed: session
    "early",  # a frame came before the welcome
    "subscribing",  # a connection asks for a room: since (or null)
    "subscribed",  # ... and was answered: head, epoch, recovered
    "unsubscribed",
    "event",  # an event came over a connection (conn > 0), or by HTTP (conn 0, began)
    "shown",  # a message was shown in a page of history (HTTP): seq, id, text, began
    "page",  # the newest page of a room (HTTP): items (seq, id, text, deleted), began
    "failure",  # an answer was a failure of the server's own: status, path
    "reset",
    "gone",
    "closed",  # a connection ended: code
    "send",  # a message was sent: cid, text
    "ack",  # cid, seq, id, ts, dup
    "nack",  # cid, code, retryable
    "change",  # an edit or a deletion was sent: cid, message, text (null deletes)
    "changed",  # ... and acknowledged: cid, message, seq, dup
    "looked",  # the sender read at once after the ack: cid, seq, event (or null)
    "read",  # a read position was set, and that was answered: seq
    "reads",  # a read position was asked for: read_seq, began
    "revoke",  # somebody (`who`) lost a room, and that was answered: after (a position)
    "granting",  # somebody gets a room back from now on
    "session_ended",  # a session was ended, and that was answered: session
    "present",  # somebody is shown as present: since_kill (seconds since the client's machine died)
    "resources",  # of one node: phase (before or after), node, descriptors, connections, rss
    "effect",  # a job's effect was seen: job
    "malformed",  # a malformed frame was sent: wanted (close codes), got
    "harmed",  # an innocent connection was harmed by somebody's malformed frames
    "restored",  # a backup was put back: epochs (room -> epoch before)
    "injected",  # a fault was, as seen from outside: what, times
    "healed",  # nothing is broken on purpose from now on
    "converged",  # everybody has everything: waited_for
    "waited",  # ... which never was so: waited_for
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: who did or saw it, over which connection (0: HTTP), in which room."""

    at: float
    kind: Kind
    who: str = ""
    conn: int = 0
    room: str = ""
    data: Json = field(default_factory=dict)

    def __str__(self) -> str:
        where = f" room {self.room[-6:]}" if self.room else ""
        return f"{self.at:.3f} {self.kind} by {self.who[-6:] or '-'} conn {self.conn}{where} {self.data}"


class Recording:
    """All entries of a run; times are seconds since it began."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        self.entries = entries or []
        self._began = time.monotonic()

    def now(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._began

    def add(self, kind: Kind, who: str = "", conn: int = 0, room: str = "", **data: Any) -> Entry:
        """Something happened now."""
        entry = Entry(self.now(), kind, who, conn, room, data)
        self.entries.append(entry)
        return entry

    def take_back(self, since: float) -> None:
        """A restore undoes what was done since then: only who was there, and what was sent, still counts."""
        kept = {"send", "change", "welcome", "closed", "resources"}
        self.entries = [entry for entry in self.entries if entry.at < since or entry.kind in kept]

    def of(self, *kinds: Kind) -> Iterator[Entry]:
        """The entries of these kinds, in order."""
        return (entry for entry in self.entries if entry.kind in kinds)


@dataclass
class RoomAtTheEnd:
    """A room as the owner reads it by HTTP when all is over."""

    epoch: str
    head: int
    events: list[Json]


@dataclass
class Final:
    """What is there at the end: rooms by id, and `unreads[user][room]` as `GET /unreads` says it."""

    rooms: dict[str, RoomAtTheEnd]
    unreads: dict[str, dict[str, Json]] = field(default_factory=dict)
