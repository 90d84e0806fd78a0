"""Reading messages: pages of the timeline and of threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, select

from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.stretches import Stretch
from talkoot.chat.messages.timelines import Reading, Timelines
from talkoot.chat.messages.wire import Cursor, Shown, page_json, shown
from talkoot.kernel.documents import Document
from talkoot.kernel.log import heads
from talkoot.kernel.log_tails import LogTails

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Caches, Read

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

_MESSAGES: AnySelect = select(
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
).join(User, User.id == Message.sender_id)


def remembered(caches: Caches, room: UUID, cursor: Cursor) -> Document | None:
    """The page as it is now, if all of it is in memory; by somebody who may read the room at this moment."""
    return caches.of(Timelines).page(caches.of(LogTails), room, cursor)


def begin_reading(caches: Caches) -> Reading:
    """To be called before the view is opened in which `timeline` reads."""
    return caches.of(Timelines).begin(caches.of(LogTails))


async def timeline(read: Read, reading: Reading, room: UUID, cursor: Cursor) -> Document:
    """A page of a room's timeline, ascending; the newest ones are remembered."""
    here = _MESSAGES.where(Message.room_id == room, Message.thread_id.is_(None))
    (before, n_back), (after, n_forth) = cursor.back, cursor.forth
    past = here.where(Message.seq < before) if before is not None else here
    older = (await _rows(read, _downwards(past, n_back + 1)))[::-1] if n_back else []
    newer = await _rows(read, _upwards(here.where(Message.seq > after), n_forth + 1)) if n_forth else []
    if before is None and n_back:
        head = (await heads(read, [room]))[room]
        stretch = Stretch(head.head, older, whole=len(older) <= n_back)
        read.caches.of(Timelines).remember(read.caches.of(LogTails), room, reading, stretch)
    return Document(cursor.page(older, newer))


async def thread(read: Read, root: Message, *, after: int, limit: int) -> Document:
    """A page of a thread, ascending; the first page begins with its root."""
    replies = await _rows(
        read, _upwards(_MESSAGES.where(Message.thread_id == root.id, Message.seq > after), limit + 1)
    )
    first = await _rows(read, _MESSAGES.where(Message.id == root.id)) if after <= root.seq else []
    page = [*first, *replies[:limit]]
    return Document(page_json(page, more_before=False, more_after=len(replies) > limit))


async def message_json(read: Read, message: UUID) -> Document:
    """One message, by somebody who passed a door to it before."""
    (found,) = await _rows(read, _MESSAGES.where(Message.id == message))
    return Document(msgspec.json.encode(found))


async def thread_roots(read: Read, ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    """The messages that replies are meant for: their room, thread and deletion."""
    found = await read.connection.execute(
        select(Message.id, Message.room_id, Message.thread_id, Message.deleted_at, Message.reply_count).where(
            Message.id.in_(ids)
        )
    )
    return {row.id: row for row in found}


def _upwards(query: AnySelect, limit: int) -> AnySelect:
    return query.order_by(Message.seq).limit(limit)


def _downwards(query: AnySelect, limit: int) -> AnySelect:
    return query.order_by(Message.seq.desc()).limit(limit)


async def _rows(read: Read, query: AnySelect) -> list[Shown]:
    return [shown(row) for row in await read.connection.execute(query)]
