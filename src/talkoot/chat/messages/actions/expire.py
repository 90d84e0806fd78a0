"""Deleting what is older than a room keeps it: all up to a position of its log, some at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, exists, or_, select, update

from talkoot.chat.access.grants import versions_of
from talkoot.chat.messages.actions.attach import drop_decided
from talkoot.chat.messages.actions.erase import leave_empty, tombstone
from talkoot.chat.messages.models import HeldMessage, HeldState, Message
from talkoot.chat.rooms.models import Room
from talkoot.kernel import log
from talkoot.kernel.clock import DAY
from talkoot.kernel.log import LogEvent
from talkoot.kernel.moments import current_moment, moment
from talkoot.kernel.types import Id
from talkoot.kernel.values import State

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx

EXPIRED = "messages.expired"
EVENTS = 200  # of a log, in one transaction
_TOO_OLD = "It waited for longer than messages are kept in this room"


class Expired(State):
    """How many messages this process has deleted because they were too old."""

    messages: int = 0


async def rooms_to_expire(read: Read, now: int) -> Sequence[UUID]:
    """The rooms with something that is older than they keep it."""
    found = await read.connection.scalars(
        select(Room.id)
        .join(LogEvent, and_(LogEvent.log == Room.id, LogEvent.seq == Room.expired_seq + 1))
        .where(LogEvent.ts < moment(read.connection, now) - Room.retention_days * DAY)
        .order_by(Room.id)
    )
    return found.all()


async def expire_some(tx: Tx, room_id: UUID) -> int | None:
    """Delete the next messages of a room that are too old; how many, None when nothing is too old any more.

    Times rise with positions, so what is too old is all up to a position: one event tells of it.
    """
    workspace = await tx.connection.scalar(select(Room.workspace_id).where(Room.id == room_id))
    if workspace is None:
        return None
    version = (await versions_of(tx, [workspace]))[workspace]
    room = await tx.session.scalar(
        select(Room)
        .where(Room.id == room_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if room is None or room.retention_days is None:
        return None
    await log.lock(tx, [room_id])
    before = await current_moment(tx.connection, tx.now) - room.retention_days * DAY
    events = await _older(tx, room, before)
    if not events:
        return None
    through = events[-1].seq
    written = [event.id for event in events if event.type == "message.created"]
    done = await _delete(tx, room_id, written)
    if written:
        body = {"after": room.expired_seq, "through": through}
        entry = log.Entry(log=room_id, type=EXPIRED, body=body, fence=version, scope=workspace)
        await log.append(tx, [entry])
    room.expired_seq = through
    tx.after_commit(lambda: _count(tx, done))
    return done


async def expire_held(tx: Tx) -> None:
    """No copy is kept longer of what moderators were to see first; what still waits is rejected."""
    too_old = HeldMessage.created_at < moment(tx.connection, tx.now) - Room.retention_days * DAY
    waits = HeldMessage.state == HeldState.WAITING
    await tx.connection.execute(
        update(HeldMessage)
        .where(or_(HeldMessage.text != "", waits), exists().where(Room.id == HeldMessage.room_id, too_old))
        .values(
            text="",
            poll=None,
            state=case((waits, HeldState.REJECTED), else_=HeldMessage.state),
            reason=case((waits, _TOO_OLD), else_=HeldMessage.reason),
        )
    )
    await drop_decided(tx)


async def _older(tx: Tx, room: Room, before: int) -> Sequence[Any]:
    """The next events of the log that are older than this moment."""
    found = await tx.connection.execute(
        select(LogEvent.seq, LogEvent.id, LogEvent.type)
        .where(
            LogEvent.log == room.id,
            LogEvent.seq > room.expired_seq,
            LogEvent.seq <= room.expired_seq + EVENTS,
            LogEvent.ts < before,
        )
        .order_by(LogEvent.seq)
    )
    return found.all()


async def _delete(tx: Tx, room: UUID, written: Sequence[UUID]) -> int:
    """Leave tombstones of these messages, those that are deleted already left out; how many."""
    found = await tx.session.scalars(
        select(Message)
        .where(Message.id.in_(written), Message.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )
    gone = found.all()
    if not gone:
        return 0
    await leave_empty(tx, gone)
    await tx.flush()
    replies = Counter(message.thread_id for message in gone if message.thread_id is not None)
    if replies:  # of threads whose first message is older still, and gone before them
        await tx.connection.execute(_FEWER, [{"root": root, "fewer": n} for root, n in replies.items()])
    await log.redact(tx, room, [(each.seq, each.id, tombstone(each)) for each in gone])
    return len(gone)


_FEWER = (
    update(Message)
    .where(Message.id == bindparam("root", type_=Id))
    .values(reply_count=Message.reply_count - bindparam("fewer"))
)


def _count(tx: Tx, done: int) -> None:
    tx.caches.of(Expired).messages += done
