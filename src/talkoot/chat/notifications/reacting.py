"""Telling people that others have reacted to what they wrote: all of one message together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select, update

from talkoot.chat.access.models import Membership
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.notifications.actions import quiet_among, wants
from talkoot.chat.notifications.audience import NotableMessage, notable_message
from talkoot.chat.notifications.events import NewNotification, Notified
from talkoot.chat.notifications.models import REACTION, Notification, NotificationChoice
from talkoot.chat.notifications.queries import UNSAID, levels_of
from talkoot.chat.reactions.models import Reaction
from talkoot.kernel import jobs, log
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.reactions.events import ReactionMoved
    from talkoot.kernel.transactions import Tx

REACTED = "notifications.reacted"


async def enqueue_reacted(tx: Tx, moved: ReactionMoved) -> None:
    """Let a job look, after the commit, whether the author of a message is to be told of its reactions."""
    await jobs.enqueue(tx, REACTED, {"message": str(moved.message)}, dedupe=str(moved.message))


async def tell_of_reactions(tx: Tx, message: UUID) -> None:
    """Have the author told of the newest reaction of somebody else, or of none if all were taken back."""
    about = await notable_message(tx, message, None)
    if about is None:
        return
    await log.lock(tx, [about.room])  # two jobs about one message: the second sees what the first has done
    newest = await _newest(tx, about)
    told = await tx.connection.execute(
        select(Notification.id, Notification.seq).where(
            Notification.user_id == about.sender,
            Notification.message_id == message,
            Notification.kind == REACTION,
        )
    )
    before = told.one_or_none()
    if before is not None and (newest is None or newest[1] < before.seq):
        await _take_back(tx, about, before.id, newest[1] if newest else None)
    elif newest is not None and (before is None or before.seq < newest[1]):
        await _tell(tx, about, *newest)


async def _newest(tx: Tx, about: NotableMessage) -> tuple[UUID, int] | None:
    found = await tx.connection.execute(
        select(Reaction.user_id, Reaction.seq)
        .where(Reaction.message_id == about.message, Reaction.user_id != about.sender)
        .order_by(Reaction.seq.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return (row.user_id, row.seq) if row else None


async def _take_back(tx: Tx, about: NotableMessage, notification: UUID, seq: int | None) -> None:
    """It is of the reactions that are left, or gone with the last of them."""
    this = Notification.id == notification
    if seq is None:
        await tx.connection.execute(delete(Notification).where(this))
    else:
        await tx.connection.execute(update(Notification).where(this).values(seq=seq))
    await tx.emit(OwnChanged(about.sender, "notifications.changed", {"ids": [notification]}))


async def _tell(tx: Tx, about: NotableMessage, by: UUID, seq: int) -> None:
    choice = await tx.session.get(NotificationChoice, about.sender)
    how = choice.reactions if choice else "here"
    grants = await _reader(tx, about)
    if grants is None or how == "nothing":
        return
    levels = await levels_of(tx, [about.sender], about.room, about.workspace, about.thread)
    if not wants(REACTION, levels.get(about.sender, UNSAID)):
        return
    # It is a new one, so that it comes to the front, and is told of with its own id.
    await tx.connection.execute(
        delete(Notification).where(
            Notification.user_id == about.sender, Notification.message_id == about.message
        )
    )
    id_ = new_id()
    await tx.connection.execute(
        insert_into(tx.connection, Notification).values(
            id=id_,
            user_id=about.sender,
            workspace_id=about.workspace,
            room_id=about.room,
            message_id=about.message,
            thread_id=about.thread,
            seq=seq,
            kind=REACTION,
            created_at=tx.now,
        )
    )
    list_only = how != "everywhere"
    told = NewNotification(
        id=id_,
        user=about.sender,
        workspace=about.workspace,
        room=about.room,
        message=about.message,
        thread=about.thread,
        seq=seq,
        kind=REACTION,
        by=by,
        quiet=list_only or about.sender in await quiet_among(tx, [about.sender]),
        version=grants.version,
        list_only=list_only,
    )
    await tx.emit(Notified([told]))


async def _reader(tx: Tx, about: NotableMessage) -> Grants | None:
    """What the author may in the room, if they are still in it and may read it."""
    member = await tx.session.get(Membership, (about.room, about.sender))
    held = await grants_of_many(tx, [(about.sender, about.room)]) if member else {}
    return next((each for each in held.values() if Permission.ROOM_READ in each.permissions), None)
