"""Append-only logs with a gap-free sequence: the truth that everything live is only a hint of.

A log's head is counted up inside the transaction that inserts the events, so commit order is log order and
what is rolled back leaves no hole. Times are unique and rising within a log.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, bindparam, case, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx


class Log(Model):
    """One log: its incarnation, its last position, and how many of its events are counted as unread."""

    __tablename__ = "logs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[UUID]
    head: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)
    last_ts: Mapped[int] = mapped_column(default=0)


class LogEvent(Model):
    """One event. `count` is the log's count up to here, `fence` the access rules' version at its commit."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("cid", "sender"),  # this way round one lookup serves many senders
        CheckConstraint("seq > 0", name="seq_positive"),
        Index("ix_events_subject", "subject"),
        {"sqlite_with_rowid": False},
    )

    log: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    subject: Mapped[UUID | None]
    sender: Mapped[UUID | None]
    cid: Mapped[UUID | None]
    digest: Mapped[bytes | None]
    ts: Mapped[int]
    count: Mapped[int]
    fence: Mapped[int]
    body: Mapped[str]


@dataclass(slots=True)
class Entry:
    """What is to be appended. `subject` is the thing it is about, `countable` adds one to what is unread."""

    log: UUID
    type: str
    body: dict[str, Any]
    sender: UUID | None = None
    cid: UUID | None = None
    digest: bytes | None = None
    subject: UUID | None = None
    countable: bool = False
    fence: int = 0
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it stands in its log; `body` is its JSON text, `ts` microseconds since the epoch."""

    log: UUID
    seq: int
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: int
    count: int
    fence: int
    body: str


@dataclass(frozen=True, slots=True)
class Appended:
    """Emitted for each transaction that appended: the events in log order."""

    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands."""

    log: UUID
    epoch: UUID
    head: int
    count: int
    last_ts: int


_ADVANCE = (
    update(Log)
    .where(Log.id == bindparam("log_id"))
    .values(
        head=Log.head + bindparam("events"),
        count=Log.count + bindparam("counted"),
        last_ts=case(
            (Log.last_ts + bindparam("events") > bindparam("moment"), Log.last_ts + bindparam("events")),
            else_=bindparam("moment"),
        ),
    )
)
_COLUMNS = (
    LogEvent.log,
    LogEvent.seq,
    LogEvent.id,
    LogEvent.type,
    LogEvent.sender,
    LogEvent.cid,
    LogEvent.ts,
    LogEvent.count,
    LogEvent.fence,
    LogEvent.body,
)


async def create_log(tx: Tx, log: UUID) -> None:
    """Begin an empty log."""
    await tx.connection.execute(insert(Log).values(id=log, epoch=new_id(), head=0, count=0, last_ts=0))


async def append(tx: Tx, entries: Sequence[Entry]) -> list[Event]:
    """Append to one or many logs, in the given order; the events with the positions they got."""
    if not entries:
        return []
    after = await _advance(tx, entries)
    events = [*_numbered(entries, after)]
    await tx.connection.execute(insert(LogEvent), [*map(_row, events, entries)])
    await tx.emit(Appended(events))
    return events


async def lock(tx: Tx, logs: Iterable[UUID]) -> None:
    """Let nobody append to these logs before this transaction ends: what is read from now on stays true."""
    await tx.connection.execute(select(Log.id).where(Log.id.in_([*logs])).order_by(Log.id).with_for_update())


async def heads(read: Read, logs: Sequence[UUID]) -> dict[UUID, Head]:
    """Where these logs stand; a log that is not there is left out."""
    found = await read.connection.execute(
        select(Log.id, Log.epoch, Log.head, Log.count, Log.last_ts).where(Log.id.in_(logs))
    )
    return {row.id: Head(*row) for row in found}


async def events_after(read: Read, log: UUID, seq: int, limit: int) -> list[Event]:
    """At most `limit` events of a log behind a position, in order."""
    found = await read.connection.execute(
        select(*_COLUMNS).where(LogEvent.log == log, LogEvent.seq > seq).order_by(LogEvent.seq).limit(limit)
    )
    return [_event(row) for row in found]


async def events_with_cids(
    read: Read, given: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], tuple[Event, bytes | None]]:
    """The events that have these (sender, cid), each with its digest (None once redacted)."""
    wanted = set(given)
    found = await read.connection.execute(
        select(*_COLUMNS, LogEvent.digest).where(LogEvent.cid.in_({cid for _, cid in wanted}))
    )
    by_key = {(row.sender, row.cid): (_event(row), row.digest) for row in found}
    return {key: value for key, value in by_key.items() if key in wanted}


async def event_about(read: Read, log: UUID, subject: UUID, type_: str) -> Event | None:
    """The last event of a type about a thing."""
    found = await read.connection.execute(
        select(*_COLUMNS)
        .where(LogEvent.log == log, LogEvent.subject == subject, LogEvent.type == type_)
        .order_by(LogEvent.seq.desc())
        .limit(1)
    )
    row = found.first()
    return _event(row) if row is not None else None


async def redact(tx: Tx, log: UUID, subject: UUID, body: dict[str, Any]) -> None:
    """Replace the bodies of all events about a thing: what was deleted must not be read back from the log."""
    await tx.connection.execute(
        update(LogEvent)
        .where(LogEvent.log == log, LogEvent.subject == subject)
        .values(body=msgspec.json.encode(body).decode(), digest=None)
    )


def _event(row: Any) -> Event:
    return Event(*row[: len(_COLUMNS)])


async def _advance(tx: Tx, entries: Sequence[Entry]) -> dict[UUID, Head]:
    events = Counter(entry.log for entry in entries)
    counted = Counter(entry.log for entry in entries if entry.countable)
    ordered = sorted(events)  # always the same order: two writers never wait for each other in a circle
    await tx.connection.execute(
        _ADVANCE,
        [
            {"log_id": log, "events": events[log], "counted": counted[log], "moment": tx.now}
            for log in ordered
        ],
    )
    after = await heads(tx, ordered)
    if len(after) != len(ordered):
        raise LookupError(f"No such log: {set(ordered) - set(after)}")
    return after


def _numbered(entries: Sequence[Entry], after: dict[UUID, Head]) -> list[Event]:
    waiting: dict[UUID, int] = defaultdict(int, Counter(entry.log for entry in entries))
    uncounted = Counter(entry.log for entry in entries if entry.countable)
    events = []
    for entry in entries:
        head = after[entry.log]
        waiting[entry.log] -= 1
        uncounted[entry.log] -= entry.countable
        behind = waiting[entry.log]
        events.append(
            Event(
                entry.log,
                head.head - behind,
                entry.id,
                entry.type,
                entry.sender,
                entry.cid,
                head.last_ts - behind,
                head.count - uncounted[entry.log],
                entry.fence,
                msgspec.json.encode(entry.body).decode(),
            )
        )
    return events


def _row(event: Event, entry: Entry) -> dict[str, Any]:
    return {
        "log": event.log,
        "seq": event.seq,
        "id": event.id,
        "type": event.type,
        "subject": entry.subject,
        "sender": event.sender,
        "cid": event.cid,
        "digest": entry.digest,
        "ts": event.ts,
        "count": event.count,
        "fence": event.fence,
        "body": event.body,
    }
