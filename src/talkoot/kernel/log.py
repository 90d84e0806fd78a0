"""Append-only logs with a gap-free sequence: the truth that everything live is only a hint of.

A log's head is counted up inside the transaction that inserts the events, so commit order is log order and
what is rolled back leaves no hole. Times are unique and rising within a log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import field
from sqlalchemy import CheckConstraint, UniqueConstraint, and_, bindparam, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.plain_sql import Statement, as_id, as_id_or_none, inserting
from talkoot.kernel.types import Model, partial_index
from talkoot.kernel.values import State, Value

if TYPE_CHECKING:
    from talkoot.kernel.plain_sql import Row
    from talkoot.kernel.transactions import Read, Tx


class Log(Model):
    """One log: its incarnation, its last position, and how many of its events are counted as unread."""

    __tablename__ = "logs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[UUID]
    head: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)
    last_ts: Mapped[int] = mapped_column(default=0)


# What an event is about has that event's id, if it begins with it: to find those few there is the log itself.
_LATER = text("id <> subject")


class LogEvent(Model):
    """One event. `count` is the log's count up to here, `fence` the access rules' version at its commit."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("cid", "sender"),  # this way round one lookup serves many senders
        CheckConstraint("seq > 0", name="seq_positive"),
        partial_index("ix_events_subject", "subject", where=_LATER),
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


class Entry(State):
    """What is to be appended. `subject` is the thing it is about, `countable` adds one to what is unread.

    `fence` is a version of the rules of `scope` about who may see it, which lets others wait for them.
    """

    log: UUID
    type: str
    body: dict[str, Any]
    sender: UUID | None = None
    cid: UUID | None = None
    digest: bytes | None = None
    subject: UUID | None = None
    countable: bool = False
    fence: int = 0
    scope: UUID | None = None
    id: UUID = field(default_factory=new_id)


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event as it stands in its log; `body` is its JSON text, `ts` microseconds since the epoch.

    `scope` is known where it was written, and not stored.
    """

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
    scope: UUID | None = None


class Appended(Value, frozen=True):
    """Emitted for each transaction that appended: the events in log order, and the epochs of their logs."""

    events: Sequence[Event]
    epochs: Mapping[UUID, UUID]


class Redacted(Value, frozen=True):
    """Emitted when bodies were taken out of a log: what is remembered of it is not what it says.

    The same transaction appends to the log, behind all that was taken out.
    """

    log: UUID


class Head(Value, frozen=True):
    """Where a log stands; `last` is the id of the event there, which tells all of the log up to there.

    Nothing is taken out of a log without an event that is appended.
    """

    log: UUID
    epoch: UUID
    head: int
    count: int
    last_ts: int
    last: UUID | None


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
_encode = msgspec.json.Encoder().encode
_INSERT = inserting(
    "events",
    log="uuid",
    seq="bigint",
    id="uuid",
    type="text",
    sender="uuid",
    cid="uuid",
    ts="bigint",
    count="bigint",
    fence="bigint",
    body="text",
    subject="uuid",
    digest="bytea",
)
_ADVANCE = Statement(
    sqlite=(
        "UPDATE logs SET head = head + ?2, count = count + ?3, last_ts = max(last_ts + ?2, ?4)"
        " WHERE id = ?1 RETURNING id, head, count, last_ts, epoch"
    ),
    # Locked in the order of their ids: two writers never wait for each other in a circle.
    postgresql=(
        "WITH locked AS (SELECT id FROM logs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE) "
        "UPDATE logs"
        " SET head = head + more, count = count + counted, last_ts = greatest(last_ts + more, now)"
        " FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])"
        " AS given (log, more, counted, now)"
        " JOIN locked ON locked.id = given.log"
        " WHERE logs.id = given.log RETURNING logs.id, head, count, last_ts, epoch"
    ),
)
_SAID = "SELECT log, seq, id, type, sender, cid, ts, count, fence, body, digest FROM"
_SAID_BEFORE = Statement(
    sqlite=f"{_SAID} events WHERE cid = ?1 AND sender = ?2",
    postgresql=(
        f"{_SAID} unnest($1::uuid[], $2::uuid[]) AS given (its_cid, its_sender)"
        " JOIN events ON cid = its_cid AND sender = its_sender"
    ),
)


async def create_log(tx: Tx, log: UUID) -> None:
    """Begin an empty log."""
    await tx.connection.execute(insert(Log).values(id=log, epoch=new_id(), head=0, count=0, last_ts=0))


async def append(tx: Tx, entries: Sequence[Entry]) -> list[Event]:
    """Append to one or many logs, in the given order; the events with the positions they got."""
    if not entries:
        return []
    before, epochs = await _advance(tx, entries)
    events = _numbered(entries, before)
    await tx.sql.run(_INSERT, [*map(_row, events, entries)])
    await tx.emit(Appended(events, epochs))
    return events


async def lock(tx: Tx, logs: Iterable[UUID]) -> None:
    """Let nobody append to these logs before this transaction ends: what is read from now on stays true."""
    await tx.connection.execute(select(Log.id).where(Log.id.in_([*logs])).order_by(Log.id).with_for_update())


async def heads(read: Read, logs: Sequence[UUID]) -> dict[UUID, Head]:
    """Where these logs stand; a log that is not there is left out."""
    found = await read.connection.execute(_HEADS, {"logs": logs})
    return {row.id: Head(*row) for row in found}


_HEADS = (
    select(Log.id, Log.epoch, Log.head, Log.count, Log.last_ts, LogEvent.id)
    .outerjoin(LogEvent, and_(LogEvent.log == Log.id, LogEvent.seq == Log.head))
    .where(Log.id.in_(bindparam("logs", expanding=True)))
)


async def events_after(read: Read, log: UUID, seq: int, limit: int) -> list[Event]:
    """At most `limit` events of a log behind a position, in order."""
    found = await read.connection.execute(
        select(*_COLUMNS).where(LogEvent.log == log, LogEvent.seq > seq).order_by(LogEvent.seq).limit(limit)
    )
    return [_event(row) for row in found]


async def events_with_cids(
    tx: Tx, wanted: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID | None, UUID | None], tuple[Event, bytes | None]]:
    """The events that have these (sender, cid), each with its digest (None once redacted)."""
    pairs = [(cid, sender) for sender, cid in wanted]
    found = await tx.sql.run(_SAID_BEFORE, pairs) if pairs else []
    known = [(_plain_event(row), row[-1]) for row in found]
    return {(event.sender, event.cid): (event, digest) for event, digest in known}


async def event_about(read: Read, log: UUID, subject: UUID, type_: str) -> Event | None:
    """The last event of a type about a thing, after the one that it began with."""
    found = await read.connection.execute(
        select(*_COLUMNS)
        .where(LogEvent.log == log, LogEvent.subject == subject, LogEvent.type == type_, _LATER)
        .order_by(LogEvent.seq.desc())
        .limit(1)
    )
    row = found.first()
    return _event(row) if row is not None else None


async def versions_of(
    read: Read, log: UUID, thing: tuple[int, UUID], type_: str, *, after: int = 0, limit: int | None = None
) -> list[Event]:
    """The event that a thing began with, and the later ones of a type about it, in order.

    The thing is the position at which it began, and its id. At most `limit` events behind a position.
    """
    seq, subject = thing
    begun = await events_after(read, log, seq - 1, 1) if after < seq else []
    found = await read.connection.execute(
        select(*_COLUMNS)
        .where(LogEvent.log == log, LogEvent.subject == subject, LogEvent.type == type_, _LATER)
        .where(LogEvent.seq > after)
        .order_by(LogEvent.seq)
        .limit(limit)
    )
    return [*begun, *map(_event, found)][:limit]


async def redact(
    tx: Tx,
    log: UUID,
    things: Iterable[tuple[int, UUID, dict[str, Any]]],
    types: Collection[str] | None = None,
) -> None:
    """Replace the bodies of all events about some things of a log: nobody shall read them again.

    Each is the position at which a thing began, the thing, and what stands there instead. With `types` only
    the events of these.
    """
    only = () if types is None else (LogEvent.type.in_(types),)
    emptied = [{"seq_": seq, "about": about, "said": _encode(body).decode()} for seq, about, body in things]
    for which in (LogEvent.seq == bindparam("seq_"), and_(LogEvent.subject == bindparam("about"), _LATER)):
        found = update(LogEvent).where(LogEvent.log == log, which, *only)
        await tx.connection.execute(found.values(body=bindparam("said"), digest=None), emptied)
    await tx.emit(Redacted(log))


async def rewrite(tx: Tx, log: UUID, seq: int, body: dict[str, Any]) -> None:
    """Replace the body of one event, of which a part shall not be read again."""
    there = (LogEvent.log == log, LogEvent.seq == seq)
    await tx.connection.execute(update(LogEvent).where(*there).values(body=_encode(body).decode()))
    await tx.emit(Redacted(log))


def _event(row: Any) -> Event:
    return Event(*row[: len(_COLUMNS)])


def _plain_event(row: Row) -> Event:
    log, seq, id_, type_, sender, cid, ts, count, fence, body = row[: len(_COLUMNS)]
    who, said = as_id_or_none(sender), as_id_or_none(cid)
    return Event(as_id(log), seq, as_id(id_), type_, who, said, ts, count, fence, body)


async def _advance(tx: Tx, entries: Sequence[Entry]) -> tuple[dict[UUID, list[int]], dict[UUID, UUID]]:
    """For each log its (head, count, last time) before the first entry, and its epoch."""
    more: dict[UUID, list[int]] = {}
    for entry in entries:
        sums = more.setdefault(entry.log, [0, 0])
        sums[0] += 1
        sums[1] += entry.countable
    found = await tx.sql.run(_ADVANCE, [(log, *sums, tx.now) for log, sums in more.items()])
    if len(found) != len(more):
        raise LookupError("An event for a log that does not exist")
    before, epochs = {}, {}
    for its_id, head, count, last_ts, epoch in found:
        log = as_id(its_id)
        events, counted = more[log]
        before[log] = [head - events, count - counted, last_ts - events]
        epochs[log] = as_id(epoch)
    return before, epochs


def _numbered(entries: Sequence[Entry], at: dict[UUID, list[int]]) -> list[Event]:
    events = []
    for entry in entries:
        here = at[entry.log]
        here[0] += 1
        here[1] += entry.countable
        here[2] += 1
        events.append(
            Event(
                entry.log,
                here[0],
                entry.id,
                entry.type,
                entry.sender,
                entry.cid,
                here[2],
                here[1],
                entry.fence,
                _encode(entry.body).decode(),
                entry.scope,
            )
        )
    return events


def _row(event: Event, entry: Entry) -> Row:
    """In the order of `_INSERT`."""
    return (
        event.log,
        event.seq,
        event.id,
        event.type,
        event.sender,
        event.cid,
        event.ts,
        event.count,
        event.fence,
        event.body,
        entry.subject,
        entry.digest,
    )
