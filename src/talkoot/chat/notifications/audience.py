"""Whom a message concerns, before anybody has looked who may read it: some at a time, by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, select

from talkoot.chat.access.models import Membership
from talkoot.chat.messages.mentioned import Mentioned
from talkoot.chat.messages.models import Message
from talkoot.chat.notifications.keywords import stands_in
from talkoot.chat.notifications.models import REPLY, NotificationLevel
from talkoot.chat.rooms.models import Room
from talkoot.chat.threads.models import ThreadFollow
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

SLICE = 500  # people at once
FIRST = UUID(int=0)  # nobody has this id
HERE = "here"  # like `mention`, for those only who are there
# Who is concerned in several ways is told of the first of these.
KINDS = ("mention", HERE, "direct", REPLY, "keyword", "message")


class NotableMessage(Value, frozen=True):
    """A message that people may be told of; `names` are those that count now."""

    message: UUID
    room: UUID
    workspace: UUID
    thread: UUID | None
    sender: UUID
    seq: int
    text: str
    direct: bool
    names: Sequence[Mentioned]
    edited: bool


async def notable_message(read: Read, message: UUID, names: frozenset[UUID] | None) -> NotableMessage | None:
    """The message as it is now, unless it is deleted; with `names` only as far as it names these."""
    found = await read.connection.execute(
        select(
            Message.room_id,
            Room.workspace_id,
            Message.thread_id,
            Message.sender_id,
            Message.seq,
            Message.text,
            Room.kind,
            Message.mentions,
        )
        .join(Room, Room.id == Message.room_id)
        .where(Message.id == message, Message.deleted_at.is_(None))
    )
    row = found.one_or_none()
    if row is None:
        return None
    mentions = msgspec.json.decode(row.mentions, type=list[Mentioned]) if row.mentions else []
    return NotableMessage(
        message,
        row.room_id,
        row.workspace_id,
        row.thread_id,
        row.sender_id,
        row.seq,
        row.text,
        direct=row.kind == "direct",
        names=[each for each in mentions if names is None or each.id in names],
        edited=names is not None,
    )


async def concerned(read: Read, about: NotableMessage, after: UUID) -> tuple[dict[UUID, str], UUID | None]:
    """The next people with an id after this one, and why; and where to go on, None at the end."""
    found: dict[UUID, str] = {}
    end: UUID | None = None
    sources = await _sources(read, about, after)
    if not about.edited:
        words, end = await _who_wait_for_words(read, about, after)
        sources.append(("keyword", words))
    for kind, people in sources:
        if len(people) == SLICE and (end is None or people[-1] < end):
            end = people[-1]
        for user in people:
            if user not in found or KINDS.index(kind) < KINDS.index(found[user]):
                found[user] = kind
    found.pop(about.sender, None)
    return {user: kind for user, kind in found.items() if end is None or user <= end}, end


async def _sources(read: Read, about: NotableMessage, after: UUID) -> list[tuple[str, list[UUID]]]:
    kinds = {each.kind for each in about.names}
    named = sorted(each.id for each in about.names if each.kind == "user" and each.id > after)
    sources = [("mention", named)]
    if roles := [each.id for each in about.names if each.kind == "role"]:
        sources.append(("mention", await _with_roles(read, about, roles, after)))
    if "room" in kinds:
        sources.append(("mention", await _members(read, about.room, after)))
    elif "here" in kinds:
        sources.append((HERE, await _members(read, about.room, after)))
    if about.edited:  # whoever wants to know of all of them was told when it was sent
        return sources
    if about.direct:
        sources.append(("direct", await _members(read, about.room, after)))
    if about.thread is not None:
        sources.append((REPLY, await _followers(read, about.thread, after)))
    sources.append(("message", await _who_want_all(read, about, after)))
    return sources


async def _members(read: Read, room: UUID, after: UUID, *wanted: Any) -> list[UUID]:
    found = await read.connection.scalars(
        select(Membership.user_id)
        .where(Membership.resource_id == room, Membership.user_id > after, *wanted)
        .order_by(Membership.user_id)
        .limit(SLICE)
    )
    return [*found]


async def _followers(read: Read, thread: UUID, after: UUID) -> list[UUID]:
    found = await read.connection.scalars(
        select(ThreadFollow.user_id)
        .where(ThreadFollow.thread_id == thread, ThreadFollow.followed, ThreadFollow.user_id > after)
        .order_by(ThreadFollow.user_id)
        .limit(SLICE)
    )
    return [*found]


async def _with_roles(read: Read, about: NotableMessage, roles: Sequence[UUID], after: UUID) -> list[UUID]:
    have = select(Membership.user_id).where(
        Membership.resource_id == about.workspace, Membership.role_id.in_(roles)
    )
    return await _members(read, about.room, after, Membership.user_id.in_(have))


async def _who_want_all(read: Read, about: NotableMessage, after: UUID) -> list[UUID]:
    want = select(NotificationLevel.user_id).where(
        NotificationLevel.resource_id.in_([about.room, about.workspace]), NotificationLevel.level == "all"
    )
    return await _members(read, about.room, after, Membership.user_id.in_(want))


async def _who_wait_for_words(
    read: Read, about: NotableMessage, after: UUID
) -> tuple[list[UUID], UUID | None]:
    """The next of whom a word stands there, and the last who was looked at; None if they were the last."""
    there = and_(Membership.resource_id == about.room, Membership.user_id == NotificationLevel.user_id)
    found = await read.connection.execute(
        select(NotificationLevel.user_id, NotificationLevel.keywords)
        .join(Membership, there)
        .where(
            NotificationLevel.resource_id == about.workspace,
            NotificationLevel.keywords != "",
            NotificationLevel.user_id > after,
        )
        .order_by(NotificationLevel.user_id)
        .limit(SLICE)
    )
    waiting = found.all()
    end = waiting[-1].user_id if len(waiting) == SLICE else None
    return [user for user, keywords in waiting if stands_in(keywords, about.text)], end
