"""The one way in which what is moved gets into the tables: rows of one moment, and nobody is told live.

What is there stays as it is, so that everything can be done again. Whoever reads the logs finds what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select, update

from talkoot.chat.access.actions import record_change
from talkoot.chat.messages.models import Message
from talkoot.kernel import log
from talkoot.kernel.log import Log, LogEvent
from talkoot.kernel.upsert import insert_into
from talkoot.kernel.values import Value
from talkoot.moving.sections import ACCESS, EVENT, SECTIONS, Section

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx

Row = tuple[str, dict[str, Any]]
"""A kind of lines, and the row of one."""

_AT_ONCE = 200  # rows in one statement: SQLite takes so many values


class Stand(Value, frozen=True):
    """Where the log of a room is."""

    head: int
    count: int
    last_ts: int


async def store(tx: Tx, workspace: UUID, rows: Sequence[Row]) -> Counter[str]:
    """Insert rows that are not there, in their order; how many of each kind are new."""
    new: Counter[str] = Counter()
    for kind, some in groupby(rows, key=itemgetter(0)):
        new[kind] += await _insert(tx, SECTIONS[kind], [row for _, row in some])
    if any(new[kind] for kind in ACCESS):
        await record_change(tx, workspace, workspace)
    return new


async def stand_of(tx: Tx, room: UUID) -> Stand:
    """Where a log is, which nobody else can append to before this transaction ends."""
    await log.lock(tx, [room])
    found = await tx.connection.execute(select(Log.head, Log.count, Log.last_ts).where(Log.id == room))
    return Stand(*found.one())


async def store_stretch(tx: Tx, room: UUID, rows: Sequence[Row], *, renew: bool) -> Counter[str]:
    """Insert what belongs together of one room, with the events that its log goes on with.

    `renew`: messages that are there become what they are said to be, for the log goes on behind them.
    """
    stand = await stand_of(tx, room)
    events = [row for kind, row in rows if kind == EVENT.kind and row["seq"] > stand.head]
    if not events:
        return Counter()
    if renew:
        await _renew(tx, room, [row for kind, row in rows if kind == "message"])
    new = await store(tx, room, [row for row in rows if row[0] != EVENT.kind])
    await append_events(tx, room, events)
    new[EVENT.kind] = len(events)
    return new


async def append_events(tx: Tx, room: UUID, events: Sequence[Mapping[str, Any]]) -> None:
    """Let a log, which is locked, go on with these events, which have their positions."""
    for at in range(0, len(events), _AT_ONCE):
        some = [{"fence": 0, **event} for event in events[at : at + _AT_ONCE]]
        await tx.connection.execute(insert(LogEvent), some)
    last = events[-1]
    await tx.connection.execute(
        update(Log).where(Log.id == room).values(head=last["seq"], count=last["count"], last_ts=last["ts"])
    )


async def _insert(tx: Tx, section: Section, rows: Sequence[dict[str, Any]]) -> int:
    statement = insert_into(tx.connection, section.model).on_conflict_do_nothing()
    there = await _there(tx, section, rows)
    new = [row for row in rows if tuple(row[column.name] for column in section.key) not in there]
    for at in range(0, len(new), _AT_ONCE):
        await tx.connection.execute(statement, new[at : at + _AT_ONCE])
    return len(new)


async def _there(tx: Tx, section: Section, rows: Sequence[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """The keys of those rows that are there: asked by the first part of the key, which most have alone."""
    found: set[tuple[Any, ...]] = set()
    first = section.key[0]
    wanted = [*{row[first.name]: None for row in rows}]
    for at in range(0, len(wanted), _AT_ONCE):
        told = await tx.connection.execute(select(*section.key).where(first.in_(wanted[at : at + _AT_ONCE])))
        found.update(tuple(row) for row in told)
    return found


async def _renew(tx: Tx, room: UUID, messages: Sequence[dict[str, Any]]) -> None:
    for row in messages:
        values = {Message.__table__.c[name]: value for name, value in row.items() if name != "id"}
        this = (Message.id == row["id"], Message.room_id == room)
        await tx.connection.execute(update(Message).where(*this).values(values))
