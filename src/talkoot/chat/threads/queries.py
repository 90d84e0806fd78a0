"""Reading what people follow: unread replies are counted when somebody asks, never up or down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import msgspec
from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from talkoot.chat.access.grants import readable_among
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.queries import MESSAGES
from talkoot.chat.messages.wire import Shown, shown
from talkoot.chat.threads.models import ThreadFollow
from talkoot.chat.threads.schemas import ThreadState
from talkoot.kernel.documents import Document
from talkoot.kernel.errors import Invalid
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read

_REPLY = aliased(Message)
_READ_TO = func.coalesce(ThreadFollow.marked_seq - 1, ThreadFollow.seq)
_FRESH = and_(_REPLY.thread_id == ThreadFollow.thread_id, _REPLY.seq > _READ_TO, _REPLY.deleted_at.is_(None))
_UNREAD = exists().where(_FRESH)
_COUNT = select(func.count()).where(_FRESH).scalar_subquery()
_LAST = (
    select(func.coalesce(func.max(_REPLY.seq), 0))
    .where(_REPLY.thread_id == ThreadFollow.thread_id)
    .scalar_subquery()
)
_WIDTH = len(MESSAGES.selected_columns)


class ThreadShown(msgspec.Struct, frozen=True):
    """A thread that somebody follows: the documented `ThreadOut`."""

    message: Shown
    level: str | None
    read_seq: int
    marked: int | None
    unread: int
    last_seq: int


class Threads(msgspec.Struct, frozen=True):
    """Some of them: the documented `Page`."""

    items: list[ThreadShown]
    next: str | None
    previous: None = None


class After(Value, frozen=True):
    """The last thread of a page: whether it had something unread, when it was last replied to, and its id."""

    unread: bool
    replied: int
    thread: UUID

    @classmethod
    def read(cls, cursor: str) -> Self:
        """Raises Invalid for what is no cursor."""
        try:
            unread, replied, thread = cursor.split(".")
            return cls(bool(int(unread)), int(replied), UUID(thread))
        except ValueError:
            raise Invalid.field("after", "unknown", "Hand back what `next` of a page said") from None

    def __str__(self) -> str:
        """The cursor."""
        return f"{int(self.unread)}.{self.replied}.{self.thread}"

    def rest(self) -> Any:
        """What comes behind it."""
        same = and_(Message.last_reply_at == self.replied, Message.id < self.thread)
        older = or_(Message.last_reply_at < self.replied, same)
        return or_(not_(_UNREAD), older) if self.unread else and_(not_(_UNREAD), older)


async def state_of(read: Read, user: UUID, thread: UUID, room: UUID) -> ThreadState:
    """How somebody stands to a thread of a room."""
    mine = ThreadFollow.user_id == user, ThreadFollow.thread_id == thread
    kept = (ThreadFollow.followed, ThreadFollow.level, ThreadFollow.seq, ThreadFollow.marked_seq)
    row = (await read.connection.execute(select(*kept, _COUNT, _LAST).where(*mine))).one_or_none()
    follow = select(func.count()).where(ThreadFollow.thread_id == thread, ThreadFollow.followed)
    followers = await read.connection.scalar(follow) or 0
    followed, level, seq, marked, unread, last = row or (False, None, 0, None, 0, 0)
    return ThreadState(
        message=thread,
        room=room,
        followed=followed,
        level=level,
        read_seq=seq,
        marked=marked,
        unread=unread if followed else 0,
        last_seq=last,
        followers=followers,
    )


async def followed_threads(
    read: Read, actor: Actor, workspace: UUID | None, *, after: After | None, limit: int
) -> Document:
    """The threads with replies that the actor follows and may read, the newest first.

    Those with unread replies come before all others.
    """
    mine = ThreadFollow.user_id == actor.user, ThreadFollow.followed
    there = await read.connection.scalars(select(ThreadFollow.room_id).where(*mine).distinct())
    rooms = [
        room
        for room, held in (await readable_among(read, actor.user, there.all())).items()
        if workspace in {None, held.workspace} and actor.reaches(room, held.workspace)
    ]
    columns = (ThreadFollow.level, ThreadFollow.seq, ThreadFollow.marked_seq, _LAST)
    wanted = (
        MESSAGES.add_columns(*columns, Message.last_reply_at, _UNREAD)
        .join(ThreadFollow, ThreadFollow.thread_id == Message.id)
        .where(*mine, ThreadFollow.room_id.in_(rooms), Message.reply_count > 0)
        .order_by(_UNREAD.desc(), Message.last_reply_at.desc(), Message.id.desc())
        .limit(limit + 1)
    )
    found = (await read.connection.execute(wanted.where(after.rest()) if after else wanted)).all()
    page = found[:limit]
    unread: dict[UUID, int] = {}
    if fresh := [row[0] for row in page if row[-1]]:
        counted = select(ThreadFollow.thread_id, _COUNT).where(*mine, ThreadFollow.thread_id.in_(fresh))
        unread = dict((await read.connection.execute(counted)).tuples().all())
    items = []
    for row in page:
        level, seq, marked, newest, *_ = row[_WIDTH:]
        message = shown(row[:_WIDTH])
        items.append(ThreadShown(message, level, seq, marked, unread.get(message.id, 0), newest))
    last = After(bool(page[-1][-1]), page[-1][-2], page[-1][0]) if len(found) > limit else None
    return Document(msgspec.json.encode(Threads(items, str(last) if last else None)))


async def own_follows(read: Read, user: UUID) -> list[dict[str, Any]]:
    """How somebody stands to threads, those left too: for their own data."""
    found = await read.connection.execute(
        select(ThreadFollow).where(ThreadFollow.user_id == user).order_by(ThreadFollow.thread_id)
    )
    return [
        {"thread": row.thread_id, "followed": row.followed, "level": row.level, "read_seq": row.seq}
        for row in found
    ]
