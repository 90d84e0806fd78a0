"""Reading messages: pages of the timeline and of threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.schemas import MessageOut
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.paging import Page

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

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


async def timeline(
    read: Read, room: UUID, *, before: int | None, after: int | None, around: int | None, limit: int
) -> Page[MessageOut]:
    """A page of a room's timeline, ascending: before, after or around a position, else the newest."""
    here = _MESSAGES.where(Message.room_id == room, Message.thread_id.is_(None))
    if around is not None:
        older = await _rows(read, _downwards(here.where(Message.seq < around), limit // 2 + 1))
        newer = await _rows(read, _upwards(here.where(Message.seq >= around), limit - limit // 2 + 1))
        return _page(
            older[: limit // 2][::-1] + newer[: limit - limit // 2],
            more_before=len(older) > limit // 2,
            more_after=len(newer) > limit - limit // 2,
        )
    if after is not None:
        newer = await _rows(read, _upwards(here.where(Message.seq > after), limit + 1))
        return _page(newer[:limit], more_before=after > 0, more_after=len(newer) > limit)
    older = await _rows(
        read, _downwards(here.where(Message.seq < before) if before is not None else here, limit + 1)
    )
    return _page(older[:limit][::-1], more_before=len(older) > limit, more_after=before is not None)


async def thread(read: Read, root: Message, *, after: int, limit: int) -> Page[MessageOut]:
    """A page of a thread, ascending; the first page begins with its root."""
    replies = await _rows(
        read, _upwards(_MESSAGES.where(Message.thread_id == root.id, Message.seq > after), limit + 1)
    )
    first = [await message_out(read, root.id)] if after <= root.seq else []
    page = _page(replies[:limit], more_before=False, more_after=len(replies) > limit)
    return Page(items=first + page.items, next=page.next)


async def message_out(read: Read, message: UUID) -> MessageOut:
    """One message, by somebody who passed a door to it before."""
    return _out((await read.connection.execute(_MESSAGES.where(Message.id == message))).one())


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


async def _rows(read: Read, query: AnySelect) -> list[AnyRow]:
    return list(await read.connection.execute(query))


def _page(rows: Sequence[AnyRow], *, more_before: bool, more_after: bool) -> Page[MessageOut]:
    return Page(
        items=[_out(row) for row in rows],
        previous=str(rows[0].seq) if rows and more_before else None,
        next=str(rows[-1].seq) if rows and more_after else None,
    )


def _out(row: AnyRow) -> MessageOut:
    sender = PublicUser(id=row.sender_id, username=row.username, display_name=row.display_name, bot=row.bot)
    return MessageOut(
        id=row.id,
        room=row.room_id,
        seq=row.seq,
        sender=sender,
        text=row.text,
        ts=rfc3339(row.ts),
        edited_at=rfc3339(row.edited_at) if row.edited_at is not None else None,
        deleted=row.deleted_at is not None,
        thread=row.thread_id,
        reply_count=row.reply_count,
        last_reply_at=rfc3339(row.last_reply_at) if row.last_reply_at is not None else None,
        reactions=[],
        attachments=[],
        mentions=[],
        pinned=False,
    )
