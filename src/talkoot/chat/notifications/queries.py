"""Reading notifications, and what people want to be told of."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import and_, case, func, select

from talkoot.chat.access.grants import readable_among
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.queries import MESSAGES
from talkoot.chat.messages.wire import Sender, Shown, shown
from talkoot.chat.notifications.models import (
    REACTION,
    REPLY,
    Notification,
    NotificationChoice,
    NotificationLevel,
    QuietTime,
)
from talkoot.chat.notifications.quiet import HOUR, is_quiet
from talkoot.chat.notifications.schemas import (
    NotificationSettings,
    QuietHours,
    QuietOut,
    RoomLevelOut,
    WorkspaceLevelOut,
)
from talkoot.chat.reactions.models import Reaction
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.threads.models import ThreadFollow
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.documents import Document
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read

COUNTED = 100
NAMED = 3  # of those who have reacted to a message
_WIDTH = len(MESSAGES.selected_columns)
_POSITION = and_(ReadPosition.user_id == Notification.user_id, ReadPosition.room_id == Notification.room_id)
_FOLLOWED = and_(
    ThreadFollow.user_id == Notification.user_id, ThreadFollow.thread_id == Notification.thread_id
)
# A reply is read where its thread is: who reads the room may not have opened that.
_READ_TO = case((Notification.kind == REPLY, ThreadFollow.seq), else_=ReadPosition.seq)
UNREAD = and_(Notification.read_at.is_(None), Notification.seq > func.coalesce(_READ_TO, 0))
_SHOWN = (
    MESSAGES.add_columns(
        Notification.id,
        Notification.kind,
        Notification.workspace_id,
        Notification.created_at,
        Notification.message_id,
    )
    .join(Notification, Notification.message_id == Message.id)
    .outerjoin(ReadPosition, _POSITION)
    .outerjoin(ThreadFollow, _FOLLOWED)
    .where(Message.deleted_at.is_(None))
    .order_by(Notification.id.desc())
)
_WHERE = (
    select(Notification.room_id, Notification.workspace_id)
    .join(Message, Message.id == Notification.message_id)
    .outerjoin(ReadPosition, _POSITION)
    .outerjoin(ThreadFollow, _FOLLOWED)
    .where(Message.deleted_at.is_(None))
)


class Levels(Value, frozen=True):
    """What somebody said of a room, and of a thread in it."""

    thread: str | None = None
    room: str | None = None
    workspace: str | None = None
    muted: bool = False


UNSAID = Levels()


class Reactors(msgspec.Struct, frozen=True):
    """The documented `Reactors`."""

    count: int
    users: list[Sender]


class _Out(msgspec.Struct, frozen=True):
    """The documented `NotificationOut`."""

    id: UUID
    kind: str
    workspace: UUID
    message: Shown
    ts: str
    read: bool
    reactors: Reactors | None = None


class _Page(msgspec.Struct, frozen=True):
    """The documented `NotificationPage`."""

    items: list[_Out]
    unread: int
    next: str | None = None
    previous: None = None


async def notifications_of(read: Read, actor: Actor, *, before: str | None, limit: int) -> Document:
    """A page of them, those that are not read first, and in each part the newest first.

    `before` is a cursor that a page told: the id of its last one, behind `unread.` or `read.`.
    """
    rooms = await _readable(read, actor)
    part, _, last = (before or "unread.").partition(".")
    below = UUID(last) if last else None
    found: list[_Out] = []
    if part == "unread":
        found = await _some(read, actor, rooms, limit + 1, below, unread=True)
        below = None
    if len(found) <= limit:
        found += await _some(read, actor, rooms, limit + 1 - len(found), below, unread=False)
    items = found[:limit]
    more = f"{'read' if items[-1].read else 'unread'}.{items[-1].id}" if len(found) > limit else None
    return Document(msgspec.json.encode(_Page(items, await _unread(read, actor, rooms), more)))


async def _readable(read: Read, actor: Actor) -> set[UUID]:
    """The rooms of their notifications that they may read, and that their token is good for."""
    found = await read.connection.execute(_WHERE.where(Notification.user_id == actor.user).distinct())
    rooms = {room for room, workspace in found if actor.reaches(room, workspace)}
    return {*await readable_among(read, actor.user, rooms)}


async def _some(
    read: Read, actor: Actor, rooms: Collection[UUID], limit: int, below: UUID | None, *, unread: bool
) -> list[_Out]:
    wanted = _SHOWN.where(
        Notification.user_id == actor.user,
        Notification.room_id.in_(rooms),
        UNREAD if unread else ~UNREAD,
    )
    if below is not None:
        wanted = wanted.where(Notification.id < below)
    rows = (await read.connection.execute(wanted.limit(limit))).all()
    reacted_to = [row.message_id for row in rows if row.kind == REACTION]
    others = await reactors_of(read, reacted_to, actor.user) if reacted_to else {}
    out = []
    for row in rows:
        id_, kind, workspace, ts, message = row[_WIDTH:]
        reactors = others.get(message) if kind == REACTION else None
        out.append(_Out(id_, kind, workspace, shown(row[:_WIDTH]), rfc3339(ts), not unread, reactors))
    return out


async def reactors_of(read: Read, messages: Collection[UUID], author: UUID) -> dict[UUID, Reactors]:
    """Who else has reacted to these messages of somebody, the newest first."""
    last = (
        select(Reaction.message_id, Reaction.user_id, func.max(Reaction.seq).label("seq"))
        .where(Reaction.message_id.in_(messages), Reaction.user_id != author)
        .group_by(Reaction.message_id, Reaction.user_id)
        .subquery()
    )
    message = last.c.message_id
    place = func.row_number().over(partition_by=message, order_by=last.c.seq.desc()).label("place")
    people = func.count().over(partition_by=message).label("people")
    ranked = select(message, last.c.user_id, place, people).subquery()
    found = await read.connection.execute(
        select(ranked.c.message_id, ranked.c.people, User.id, User.username, User.display_name, User.bot)
        .join(User, User.id == ranked.c.user_id)
        .where(ranked.c.place <= NAMED)
        .order_by(ranked.c.place)
    )
    told: dict[UUID, Reactors] = {}
    for row in found:
        reactors = told.setdefault(row.message_id, Reactors(row.people, []))
        reactors.users.append(Sender(row.id, row.username, row.display_name, row.bot))
    return told


async def _unread(read: Read, actor: Actor, rooms: Collection[UUID]) -> int:
    some = (
        _WHERE.where(Notification.user_id == actor.user, Notification.room_id.in_(rooms), UNREAD)
        .limit(COUNTED)
        .subquery()
    )
    return await read.connection.scalar(select(func.count()).select_from(some)) or 0


async def still_unread(read: Read, user: UUID, ids: Collection[UUID]) -> list[Notification]:
    """Those of these notifications that somebody may read at this moment, and has not; the oldest first."""
    found = await read.session.scalars(
        select(Notification)
        .join(Message, Message.id == Notification.message_id)
        .outerjoin(ReadPosition, _POSITION)
        .outerjoin(ThreadFollow, _FOLLOWED)
        .where(
            Notification.user_id == user,
            Notification.id.in_(ids),
            Message.deleted_at.is_(None),
            UNREAD,
        )
        .order_by(Notification.id)
    )
    waiting = found.all()
    readable = await readable_among(read, user, {each.room_id for each in waiting})
    return [each for each in waiting if each.room_id in readable]


async def levels_of(
    read: Read, users: Collection[UUID], room: UUID, workspace: UUID, thread: UUID | None
) -> dict[UUID, Levels]:
    """What these people said of a thread, of its room, and of the workspace; who said nothing is left out."""
    found = await read.connection.execute(
        select(NotificationLevel).where(
            NotificationLevel.user_id.in_(users), NotificationLevel.resource_id.in_([room, workspace])
        )
    )
    told: dict[UUID, Levels] = {}
    for row in found:
        before = told.get(row.user_id, UNSAID)
        if row.resource_id == room:
            told[row.user_id] = replace(before, room=row.level, muted=row.muted)
        else:
            told[row.user_id] = replace(before, workspace=row.level)
    if thread is not None:
        threads = await read.connection.execute(
            select(ThreadFollow.user_id, ThreadFollow.level).where(
                ThreadFollow.thread_id == thread, ThreadFollow.user_id.in_(users)
            )
        )
        for user, level in threads:
            told[user] = replace(told.get(user, UNSAID), thread=level)
    return told


async def settings_of(read: Read, actor: Actor) -> NotificationSettings:
    """All that somebody has said of what they want to be told of, where they may still be."""
    rows = (
        await read.connection.execute(
            select(NotificationLevel)
            .where(NotificationLevel.user_id == actor.user)
            .order_by(NotificationLevel.resource_id)
        )
    ).all()
    held = await grants_of_many(read, [(actor.user, row.resource_id) for row in rows])
    workspaces, rooms = [], []
    for row in rows:
        may = {grants.resource: grants.permissions for grants in held.values()}.get(
            row.resource_id, frozenset()
        )
        if row.resource_id == row.workspace_id:
            if Permission.WORKSPACE_READ in may:
                level = {"level": row.level or "mentions", "keywords": row.keywords.splitlines()}
                workspaces.append(WorkspaceLevelOut.model_validate({"workspace": row.resource_id, **level}))
        elif Permission.ROOM_READ in may:
            told = {"room": row.resource_id, "level": row.level, "muted": row.muted}
            rooms.append(RoomLevelOut.model_validate(told))
    replies, reactions = await _choices_of(read, actor.user)
    return NotificationSettings.model_validate(
        {
            "quiet": await quiet_of(read, actor.user),
            "replies": replies,
            "reactions": reactions,
            "workspaces": workspaces,
            "rooms": rooms,
        }
    )


async def _choices_of(read: Read, user: UUID) -> tuple[bool, str]:
    choice = await read.session.get(NotificationChoice, user)
    return (choice.replies, choice.reactions) if choice else (True, "here")


async def notification_choices(read: Read, user: UUID) -> list[dict[str, Any]]:
    """The same, for their own data."""
    found = await read.connection.execute(
        select(NotificationLevel)
        .where(NotificationLevel.user_id == user)
        .order_by(NotificationLevel.resource_id)
    )
    levels = [
        {
            "where": row.resource_id,
            "level": row.level,
            "muted": row.muted,
            "keywords": row.keywords.splitlines(),
        }
        for row in found
    ]
    replies, reactions = await _choices_of(read, user)
    everywhere = {"replies": replies, "reactions": reactions}
    return [(await quiet_of(read, user)).model_dump(), everywhere, *levels]


async def quiet_of(read: Read, user: UUID) -> QuietOut:
    """When somebody does not want to be disturbed."""
    times = await read.session.get(QuietTime, user)
    if times is None:
        return QuietOut(until=None, hours=None)
    hours = None
    if times.begins is not None and times.ends is not None:
        begins, ends = (f"{at // HOUR:02}:{at % HOUR:02}" for at in (times.begins, times.ends))
        hours = QuietHours.model_construct(begins=begins, ends=ends, timezone=times.timezone)
    return QuietOut(until=rfc3339_or_none(times.until), hours=hours)


async def quiet_now(read: Read, user: UUID, now: int) -> bool:
    """Whether somebody does not want to be disturbed at this moment."""
    return is_quiet(await read.session.get(QuietTime, user), now)
