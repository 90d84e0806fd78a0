"""Reading messages: pages of the timeline and of threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, bindparam, select

from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.stretches import Stretch
from talkoot.chat.messages.timelines import Reading, Timelines
from talkoot.chat.messages.wire import Cursor, Sender, Shown, Version, page_json, shown
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.documents import Document
from talkoot.kernel.log import LogEvent, heads, versions_of
from talkoot.kernel.log_tails import LogTails, catch_up
from talkoot.kernel.types import Id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.log import Event
    from talkoot.kernel.transactions import Caches, Read

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

MESSAGES: AnySelect = select(
    Message.id,
    Message.room_id,
    Message.seq,
    Message.sender_id,
    User.username,
    User.display_name,
    User.bot,
    Message.text,
    Message.ts,
    Message.edited_at,
    Message.deleted_at,
    Message.thread_id,
    Message.reply_count,
    Message.last_reply_at,
    Message.attachments,
    Message.reactions,
    Message.pinned_at,
    Message.replies,
    Message.mentions,
    Message.previews,
    Message.quote,
    Message.post,
    Message.poll,
).join(User, User.id == Message.sender_id)
# What was deleted because it was too old is not shown at all: it would be a wall of tombstones.
_EXPIRED = select(Room.expired_seq).where(Room.id == bindparam("room", type_=Id)).scalar_subquery()
_TIMELINE = MESSAGES.where(
    Message.room_id == bindparam("room", type_=Id), Message.thread_id.is_(None), Message.seq > _EXPIRED
)
_OLDER = _TIMELINE.where(Message.seq < bindparam("position")).order_by(Message.seq.desc())
_NEWER = _TIMELINE.where(Message.seq > bindparam("position")).order_by(Message.seq)
_THREAD = MESSAGES.where(Message.thread_id == bindparam("root", type_=Id), Message.seq > _EXPIRED)
_REPLIES = _THREAD.where(Message.seq > bindparam("position")).order_by(Message.seq)
_ONE = MESSAGES.where(Message.id == bindparam("message", type_=Id))
_END = 2**53  # no position is as far
_STRETCH, _PORTION = 2000, 50  # events looked at, and messages of one author handed out, at once
_FOLLOWED = 200  # events that a stretch is brought up by, rather than read again


def remembered(caches: Caches, room: UUID, cursor: Cursor) -> Document | None:
    """The page as it is now, if all of it is in memory; by somebody who may read the room at this moment."""
    return caches.of(Timelines).page(caches.of(LogTails), room, cursor)


def begin_reading(caches: Caches) -> Reading:
    """To be called before the view is opened in which `timeline` reads."""
    return caches.of(Timelines).begin(caches.of(LogTails))


async def timeline(read: Read, reading: Reading, room: UUID, cursor: Cursor) -> Document:
    """A page of a room's timeline, ascending; the newest ones are remembered.

    Where others write to the database, what is remembered counts if a few events lead from it to where this
    view sees the log end.
    """
    tails, timelines, shared = read.caches.of(LogTails), read.caches.of(Timelines), read.caches.shared
    if shared and (made := await _brought_up(read, timelines, room, cursor)) is not None:
        return made
    (before, n_back), (after, n_forth) = cursor.back, cursor.forth
    end = _END if before is None else before
    older = await _rows(read, _OLDER, n_back + 1, room=room, position=end) if n_back else []
    newer = await _rows(read, _NEWER, n_forth + 1, room=room, position=after) if n_forth else []
    older.reverse()
    if before is None and n_back:
        head = (await heads(read, [room]))[room]
        stretch = Stretch(head.head, head.last, older, whole=len(older) <= n_back)
        if shared:
            timelines.put(room, reading, stretch)
        else:
            timelines.remember(tails, room, reading, stretch)
    return Document(cursor.page(older, newer))


async def _brought_up(read: Read, timelines: Timelines, room: UUID, cursor: Cursor) -> Document | None:
    position = timelines.position(room)
    if position is None:
        return None
    head = (await heads(read, [room]))[room]
    if not 0 <= head.head - position <= _FOLLOWED:
        return None
    behind = (head, max(0, position - 1))  # with the event where it stands, to compare
    (events,) = await catch_up(read, [behind], _FOLLOWED + 1) if position < head.head else [()]
    return timelines.page_at(head, events, cursor)


async def thread(read: Read, root: Message, *, after: int, limit: int) -> Document:
    """A page of a thread, ascending; the first page begins with its root."""
    replies = await _rows(read, _REPLIES, limit + 1, room=root.room_id, root=root.id, position=after)
    first = await _rows(read, _ONE, 1, message=root.id) if after <= root.seq else []
    page = [*first, *replies[:limit]]
    return Document(page_json(page, more_before=False, more_after=len(replies) > limit))


async def message_json(read: Read, message: UUID) -> Document:
    """One message, by somebody who passed a door to it before."""
    (found,) = await _rows(read, _ONE, 1, message=message)
    return Document(msgspec.json.encode(found))


async def edits(read: Read, message: Message, *, after: int, limit: int) -> Document:
    """The texts that a message had, the first one first; none of what is deleted."""
    found = []
    if message.deleted_at is None:
        thing = (message.seq, message.id)
        found = await versions_of(
            read, message.room_id, thing, "message.updated", after=after, limit=limit + 1
        )
    by = await _sender(read, message.sender_id)
    items = [
        Version(msgspec.json.decode(event.body)["text"], rfc3339(event.ts), by) for event in found[:limit]
    ]
    more = str(found[limit - 1].seq) if len(found) > limit else None
    return Document(msgspec.json.encode({"items": items, "next": more, "previous": None}))


async def _sender(read: Read, user: UUID) -> Sender:
    who = select(User.id, User.username, User.display_name, User.bot).where(User.id == user)
    return Sender(*(await read.connection.execute(who)).one())


async def message_as_sent(read: Read, sent: Event, text: str, thread: UUID | None) -> Document:
    """One message as it was when it was sent, for whom it was sent by: nothing of what came later."""
    assert sent.sender is not None
    sender = await _sender(read, sent.sender)
    seen = Shown(sent.id, sent.log, sent.seq, sender, text, rfc3339(sent.ts), None, False, thread, 0, None)
    return Document(msgspec.json.encode(seen))


class Written(Value, frozen=True):
    """Messages that somebody wrote in a room, and the position before which to look for more; 0 ends it."""

    ids: list[UUID]
    before: int


async def messages_of(
    read: Read, author: UUID, room: UUID, *, before: int | None = None, since: int = 0
) -> Written:
    """The next few messages of somebody in a room that are not deleted, the newest first, before a position.

    None of them is older than `since` (microseconds). It looks at a stretch of the log, for there is no index
    of authors: a portion may be empty, and there may be more behind it.
    """
    if before is None:
        found = (await heads(read, [room])).get(room)
        before = found.head + 1 if found else 1
    lowest = max(1, before - _STRETCH)
    here = (LogEvent.log == room, LogEvent.seq >= lowest, LogEvent.seq < before)
    theirs = (Message.sender_id == author, Message.ts >= since, Message.deleted_at.is_(None))
    rows = await read.connection.execute(
        select(LogEvent.seq, Message.id)
        .join(Message, Message.id == LogEvent.id)
        .where(*here, *theirs)
        .order_by(LogEvent.seq.desc())
        .limit(_PORTION)
    )
    written = rows.all()
    if len(written) == _PORTION:
        return Written([row.id for row in written], written[-1].seq)
    begun = await read.connection.scalar(
        select(LogEvent.ts).where(LogEvent.log == room, LogEvent.seq == lowest)
    )
    return Written([row.id for row in written], 0 if lowest == 1 or (begun or 0) < since else lowest)


async def thread_roots(read: Read, ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    """The messages that replies are meant for: who began what where, and whether it has entries."""
    begun = (Message.id, Message.room_id, Message.seq, Message.sender_id, Message.thread_id)
    root = (*begun, Message.reply_count, Message.replies.label("replies"))
    found = await read.connection.execute(select(*root).where(Message.id.in_(ids)))
    return {row.id: row for row in found}


async def _rows(read: Read, query: AnySelect, limit: int, **given: Any) -> list[Shown]:
    found = await read.connection.execute(query.limit(limit), given)
    return [shown(row) for row in found]
