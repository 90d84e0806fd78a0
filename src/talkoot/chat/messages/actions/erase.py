"""Taking messages out of sight: an empty place is left of each, in the log too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import case, delete, select, update

from talkoot.chat.access.grants import versions_of
from talkoot.chat.files.actions.carrying import drop_files_of
from talkoot.chat.messages.actions.attach import drop_decided
from talkoot.chat.messages.actions.held_edits import forget_edits_of
from talkoot.chat.messages.actions.mention import forget_mentions
from talkoot.chat.messages.actions.quote import empty_quotes_soon, forget_quotes
from talkoot.chat.messages.actions.send import thread_entry
from talkoot.chat.messages.events import (
    PinnedErased,
    PollsErased,
    PostsErased,
    PreviewedErased,
    ReactedErased,
)
from talkoot.chat.messages.models import HeldMessage, HeldState, Message, RoomSender
from talkoot.kernel import log
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx

DELETED = "message.deleted"


class Erasing(Value, frozen=True):
    """In which room of which workspace, and who wants it; None is the program itself.

    `version` is that of the workspace's rules of access, under which it is told.
    """

    workspace: UUID
    room: UUID
    by: UUID | None
    version: int = 0


async def delete_messages_of(tx: Tx, author: UUID, ids: Sequence[UUID], erasing: Erasing) -> int:
    """Delete these messages of one author in one room, and their text out of the log; how many there were.

    What was deleted before, or is not theirs, is left alone, so it can be done again. Whoever calls this may
    do so. For all that somebody wrote, ask `queries.messages_of` for one portion after the other, and hand
    each to a transaction of its own, with the room as its key; between two of them others have their turn:

        before = None
        while before != 0:
            async with uow.read() as read:
                found = await messages_of(read, author, room, before=before)
            if found.ids:
                await uow.run(lambda tx: delete_messages_of(tx, author, found.ids, erasing), key=room)
            before = found.before

    What of theirs waits for a moderator is in no log: `forget_held_of`.
    """
    versions = await versions_of(tx, [erasing.workspace])
    await log.lock(tx, [erasing.room])
    found = await tx.session.scalars(
        select(Message)
        .where(
            Message.id.in_(ids),
            Message.room_id == erasing.room,
            Message.sender_id == author,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.seq)
        .execution_options(populate_existing=True)
    )
    messages = found.all()
    if messages:
        await erase(tx, messages, replace(erasing, version=versions[erasing.workspace]))
    return len(messages)


async def forget_held_of(tx: Tx, author: UUID, room: UUID | None, *, since: int = 0) -> None:
    """Empty what somebody wrote in a room, or in any, and was held, and take back what of it still waits."""
    where = () if room is None else (HeldMessage.room_id == room,)
    waiting = HeldMessage.state == HeldState.WAITING
    await tx.connection.execute(
        update(HeldMessage)
        .where(HeldMessage.sender_id == author, HeldMessage.created_at >= since, *where)
        .values(
            text="",
            poll=None,
            state=case((waiting, HeldState.WITHDRAWN), else_=HeldMessage.state),
            decided_at=case((waiting, tx.now), else_=HeldMessage.decided_at),
        )
    )
    await drop_decided(tx)


async def erase(tx: Tx, messages: Sequence[Message], erasing: Erasing) -> list[log.Event]:
    """Leave tombstones of messages of one room, whose log is locked; the events that tell of it, in order."""
    await leave_empty(tx, messages)
    await log.redact(tx, erasing.room, [(each.seq, each.id, tombstone(each)) for each in messages])
    entries = [
        log.Entry(
            log=erasing.room,
            type=DELETED,
            body={"message": message.id},
            sender=erasing.by,
            subject=message.id,
            fence=erasing.version,
            scope=erasing.workspace,
        )
        for message in messages
    ]
    entries += await _fewer_replies(tx, messages, erasing)
    return await log.append(tx, entries)


async def leave_empty(tx: Tx, messages: Sequence[Message]) -> None:
    """Take out of messages what was in them, and what others added to them."""
    told: list[PinnedErased | ReactedErased | PreviewedErased | PostsErased | PollsErased] = [
        PinnedErased([message.id for message in messages if message.pinned_at is not None]),
        ReactedErased([message.id for message in messages if message.reactions is not None]),
        PreviewedErased([message.id for message in messages if message.previews is not None]),
        PostsErased([message.id for message in messages if message.post is not None]),
        PollsErased([message.id for message in messages if message.poll is not None]),
    ]
    if carrying := [message.id for message in messages if message.attachments or message.previews]:
        await drop_files_of(tx, carrying)
    if naming := [message.id for message in messages if message.mentions is not None]:
        await forget_mentions(tx, naming)
    if quoting := [message.id for message in messages if message.quote is not None]:
        await forget_quotes(tx, quoting)
    for message in messages:
        message.text, message.deleted_at = "", tx.now
        message.attachments = message.mentions = message.reactions = None
        message.previews = message.pinned_at = message.quote = message.post = message.poll = None
    await forget_edits_of(tx, [message.id for message in messages])
    await empty_quotes_soon(tx, [message.id for message in messages])
    for erased in told:
        if erased.messages:
            await tx.emit(erased)


def tombstone(message: Message) -> dict[str, object]:
    """What the events of a deleted message say."""
    return {"message": message.id, "text": "", "thread": message.thread_id, "deleted": True}


async def _fewer_replies(tx: Tx, messages: Sequence[Message], erasing: Erasing) -> list[log.Entry]:
    gone = Counter(message.thread_id for message in messages if message.thread_id is not None)
    if not gone:
        return []
    roots = await tx.session.scalars(
        select(Message)
        .where(Message.id.in_([*gone]))
        .order_by(Message.seq)
        .execution_options(populate_existing=True)
    )
    told = []
    for root in roots:
        root.reply_count -= gone[root.id]
        last = root.last_reply_at or root.ts
        told.append(thread_entry(erasing.room, root.id, root.reply_count, last, erasing))
    return told


async def forget_sender(tx: Tx, author: UUID) -> None:
    """It is not known any more when somebody last sent something in which room with rules."""
    await tx.connection.execute(delete(RoomSender).where(RoomSender.user_id == author))
