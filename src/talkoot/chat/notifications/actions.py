"""Telling people of messages, and what they say of what they want to know of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from talkoot.chat.access.actions import set_attentive
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import SET_ROOM_LEVEL, SET_WORKSPACE_LEVEL
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.notifications.audience import HERE, NotableMessage, notable_message
from talkoot.chat.notifications.events import NewNotification, Notified, QuietChanged
from talkoot.chat.notifications.models import (
    AUTHOR,
    REPLY,
    Notification,
    NotificationChoice,
    NotificationLevel,
    QuietTime,
)
from talkoot.chat.notifications.queries import UNSAID, Levels, levels_of
from talkoot.chat.notifications.quiet import HOUR, is_quiet
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.rooms.models import Room
from talkoot.chat.threads.models import ThreadFollow
from talkoot.kernel import jobs
from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.errors import Invalid
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.events import AuthorsNamed, NotableSaid, Replied
    from talkoot.chat.notifications.schemas import ReadNotifications, RoomLevel, SettingsPatch, WorkspaceLevel
    from talkoot.kernel.transactions import Tx

NOTIFY = "notifications.notify"
FORGET = "notifications.forget"
KEPT = 90 * DAY
FORGOTTEN = 1000  # notifications in one transaction


async def enqueue_notify(tx: Tx, event: NotableSaid) -> None:
    """Let a job look, after the commit, who is to be told of these messages."""
    payload = [
        [each.message, [name.id for name in each.names] if each.edited else None] for each in event.messages
    ]
    await jobs.enqueue(tx, NOTIFY, {"messages": payload})


async def enqueue_replies(tx: Tx, event: Replied) -> None:
    """Let a job look who is to be told of these replies, if others than who wrote them follow the threads."""
    threads = {reply.thread for reply in event.replies}
    followed = await tx.connection.scalars(
        select(ThreadFollow.thread_id)
        .where(ThreadFollow.thread_id.in_(threads), ThreadFollow.followed)
        .group_by(ThreadFollow.thread_id)
        .having(func.count() > 1)  # who replies follows
    )
    heard = {*followed}
    if payload := [[reply.message, None] for reply in event.replies if reply.thread in heard]:
        await jobs.enqueue(tx, NOTIFY, {"messages": payload})


async def tell_authors(tx: Tx, named: AuthorsNamed) -> None:
    """Tell people that what they are named as authors of is public; who published it knows."""
    await tell(tx, named.message, None, {user: AUTHOR for user in named.authors if user != named.by})


async def tell(tx: Tx, message: UUID, names: frozenset[UUID] | None, people: Mapping[UUID, str]) -> None:
    """Tell these people of a message, each for this reason, if they may read it, want to, and have not."""
    about = await notable_message(tx, message, names)
    if about is None or not people:
        return
    held = await grants_of_many(tx, [(user, about.room) for user in people])
    readers = {each.user: each for each in held.values() if Permission.ROOM_READ in each.permissions}
    levels = await levels_of(tx, [*readers], about.room, about.workspace, about.thread)
    read_it = await _read_already(tx, about, [*readers])
    wanted = {
        user: kind
        for user, kind in people.items()
        if user in readers
        and (kind == AUTHOR or (kind == REPLY, user) not in read_it)
        and wants(kind, levels.get(user, UNSAID))
    }
    for user in await _without_replies(tx, [user for user, kind in wanted.items() if kind == REPLY]):
        del wanted[user]
    if wanted:
        await _tell(tx, about, wanted, readers)


async def _read_already(tx: Tx, about: NotableMessage, users: Sequence[UUID]) -> set[tuple[bool, UUID]]:
    """Who has read the message where it stands: as a reply in its thread, or else in its room."""
    room = select(ReadPosition.user_id).where(
        ReadPosition.room_id == about.room, ReadPosition.user_id.in_(users), ReadPosition.seq >= about.seq
    )
    found = {(False, user) for user in await tx.connection.scalars(room)}
    if about.thread is not None:
        thread = select(ThreadFollow.user_id).where(
            ThreadFollow.thread_id == about.thread,
            ThreadFollow.user_id.in_(users),
            ThreadFollow.seq >= about.seq,
        )
        found |= {(True, user) for user in await tx.connection.scalars(thread)}
    return found


async def _without_replies(tx: Tx, users: Sequence[UUID]) -> Sequence[UUID]:
    """Those of these people who do not want to know of replies in threads that they follow."""
    if not users:
        return ()
    found = await tx.connection.scalars(
        select(NotificationChoice.user_id).where(
            NotificationChoice.user_id.in_(users), NotificationChoice.replies.is_(False)
        )
    )
    return found.all()


def wants(kind: str, said_of_it: Levels) -> bool:
    """Whether one wants to be told: what one says of a thread, else of its room, else of the workspace."""
    level = said_of_it.thread or said_of_it.room or said_of_it.workspace
    if level == "nothing" or (said_of_it.muted and said_of_it.thread is None):
        return False
    if kind == REPLY:  # who follows wants to know
        return said_of_it.thread != "mentions"
    if kind == "direct":  # what is said of a workspace is about its other rooms
        return "mentions" not in {said_of_it.thread, said_of_it.room}
    return kind != "message" or level == "all"


async def _tell(
    tx: Tx, about: NotableMessage, wanted: Mapping[UUID, str], readers: Mapping[UUID, Grants]
) -> None:
    rows = [
        {
            "id": new_id(),
            "user_id": user,
            "workspace_id": about.workspace,
            "room_id": about.room,
            "message_id": about.message,
            "thread_id": about.thread,
            "seq": about.seq,
            "kind": "mention" if kind == HERE else kind,
            "created_at": tx.now,
        }
        for user, kind in wanted.items()
    ]
    written = insert_into(tx.connection, Notification).values(rows).on_conflict_do_nothing()
    new = (
        await tx.connection.execute(
            written.returning(Notification.id, Notification.user_id, Notification.kind)
        )
    ).all()
    quiet = await quiet_among(tx, [*wanted])
    told = [
        NewNotification(
            id=row.id,
            user=row.user_id,
            workspace=about.workspace,
            room=about.room,
            message=about.message,
            thread=about.thread,
            seq=about.seq,
            kind=row.kind,
            by=about.sender,
            quiet=row.user_id in quiet,
            version=readers[row.user_id].version,
        )
        for row in new
    ]
    if told:
        await tx.emit(Notified(told))


async def quiet_among(tx: Tx, users: Sequence[UUID]) -> set[UUID]:
    """Those of these people who do not want to be disturbed at this moment."""
    times = await tx.session.scalars(select(QuietTime).where(QuietTime.user_id.in_(users)))
    return {each.user_id for each in times if is_quiet(each, tx.now)}


async def read_notifications(tx: Tx, actor: Actor, which: ReadNotifications) -> None:
    """One has read these, or all up to one of them."""
    if not which.ids and which.up_to is None:
        raise Invalid.field("ids", "missing", "Say which: `ids`, or `up_to`")
    among: list[Any] = [Notification.id.in_(which.ids)]
    if which.up_to is not None:
        among.append(Notification.id <= which.up_to)
    await tx.connection.execute(
        update(Notification)
        .where(Notification.user_id == actor.user, Notification.read_at.is_(None), or_(*among))
        .values(read_at=tx.now)
    )
    told = {"ids": which.ids, "up_to": which.up_to}
    await tx.emit(OwnChanged(actor.user, "notifications.read", told))


async def set_room_level(tx: Tx, actor: Actor, room: UUID, wanted: RoomLevel) -> None:
    """Say what one wants to be told of in a room."""
    grants = await resource_for(tx, actor, SET_ROOM_LEVEL, room)
    await _set_level(tx, actor, grants, level=wanted.level, muted=wanted.muted, keywords="")


async def set_workspace_level(tx: Tx, actor: Actor, workspace: UUID, wanted: WorkspaceLevel) -> None:
    """Say what one wants to be told of in a workspace, and in its rooms of which one says nothing."""
    grants = await resource_for(tx, actor, SET_WORKSPACE_LEVEL, workspace)
    await _set_level(tx, actor, grants, level=wanted.level, muted=False, keywords="\n".join(wanted.keywords))


async def _set_level(
    tx: Tx, actor: Actor, grants: Grants, *, level: str | None, muted: bool, keywords: str
) -> None:
    mine = (NotificationLevel.user_id == actor.user, NotificationLevel.resource_id == grants.resource)
    await tx.connection.execute(delete(NotificationLevel).where(*mine))
    await tx.connection.execute(
        insert_into(tx.connection, NotificationLevel).values(
            user_id=actor.user,
            resource_id=grants.resource,
            workspace_id=grants.workspace,
            level=level,
            muted=muted,
            keywords=keywords,
        )
    )
    await _look_who_attends(tx, grants.resource, grants.workspace)
    await tx.emit(OwnChanged(actor.user, "notifications.settings", {}))


async def _look_who_attends(tx: Tx, resource: UUID, workspace: UUID) -> None:
    """A message where nobody wants to know of all, or waits for a word, must cost nothing."""
    room = await tx.session.get(Room, resource)
    attends = await tx.connection.scalar(
        select(NotificationLevel.user_id)
        .where(
            NotificationLevel.resource_id == resource,
            or_(NotificationLevel.level == "all", NotificationLevel.keywords != ""),
        )
        .limit(1)
    )
    attentive = attends is not None or (room is not None and room.kind == "direct")
    await set_attentive(tx, resource, workspace=workspace, attentive=attentive)


async def set_choices(tx: Tx, actor: Actor, wanted: SettingsPatch) -> None:
    """Say what one wants to know of, and when one does not want to be disturbed; what is not said stays."""
    said_of = {"replies": wanted.replies, "reactions": wanted.reactions}
    chosen = {name: value for name, value in said_of.items() if value is not None}
    if chosen:
        row = insert_into(tx.connection, NotificationChoice).values(user_id=actor.user, **chosen)
        await tx.connection.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=chosen))
    if wanted.model_fields_set & {"until", "hours"}:
        await _set_quiet(tx, actor, wanted)
    await tx.emit(OwnChanged(actor.user, "notifications.settings", {}))


async def _set_quiet(tx: Tx, actor: Actor, wanted: SettingsPatch) -> None:
    times = await tx.session.get(QuietTime, actor.user)
    if times is None:
        times = QuietTime(user_id=actor.user, timezone="UTC")
        tx.session.add(times)
    if "until" in wanted.model_fields_set:
        times.until = round(wanted.until.timestamp() * SECOND) if wanted.until else None
    if "hours" in wanted.model_fields_set:
        hours = wanted.hours
        times.begins = _minute(hours.begins) if hours else None
        times.ends = _minute(hours.ends) if hours else None
        times.timezone = hours.timezone if hours else times.timezone
    await tx.flush()
    if "until" in wanted.model_fields_set:
        await tx.emit(QuietChanged(actor.user))


def _minute(at: str) -> int:
    hours, minutes = at.split(":")
    return int(hours) * HOUR + int(minutes)


async def forget_old(tx: Tx) -> int:
    """Forget some of what people were told of long ago; how much it was."""
    old = select(Notification.id).where(Notification.created_at < tx.now - KEPT).limit(FORGOTTEN)
    gone = await tx.connection.execute(delete(Notification).where(Notification.id.in_(old)))
    return gone.rowcount


async def forget_notifications_of(tx: Tx, user: UUID) -> None:
    """Nothing is left of what this user was told of, and wanted to be."""
    for table in (Notification, NotificationLevel, NotificationChoice, QuietTime):
        await tx.connection.execute(delete(table).where(table.user_id == user))
