"""Reading the messages of one person: there is no index of authors, so all are looked at, some at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.messages.models import Message
from talkoot.chat.rooms.models import Room
from talkoot.kernel.clock import rfc3339, rfc3339_or_none
from talkoot.kernel.log import versions_of
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

AT_ONCE = 1000  # messages, of everybody
MINE = 50  # of one's own with their texts: all of a stretch is in memory, and written in one turn
BEFORE_ALL = UUID(int=0)
"""Messages that were brought from elsewhere may be older than the accounts that they are of."""


class Stretch(Value, frozen=True):
    """Somebody's messages among those up to an id; `last` is None at the end of all messages."""

    mine: Sequence[dict[str, Any]]
    last: UUID | None


class Found(Value, frozen=True):
    """Which of somebody's messages are in which room of which workspace; `last` as above."""

    ids: dict[tuple[UUID, UUID], list[UUID]]
    last: UUID | None


async def ids_behind(read: Read, person: UUID, after: UUID) -> Found:
    """Their messages among the next ones of all, without those that are deleted."""
    last = await _last_behind(read, after)
    query = select(Room.workspace_id, Room.id, Message.id).join(Room, Room.id == Message.room_id)
    query = query.where(Message.id > after, Message.sender_id == person, Message.deleted_at.is_(None))
    if last is not None:
        query = query.where(Message.id <= last)
    ids: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for workspace, room, message in await read.connection.execute(query):
        ids[workspace, room].append(message)
    return Found(ids, last)


async def messages_behind(read: Read, person: UUID, after: UUID, rooms: dict[UUID, str]) -> Stretch:
    """Their messages among the next ones of all, with every text they had; `rooms` are names to be shown."""
    last = await _last_behind(read, after)
    query = select(Message).where(Message.id > after, Message.sender_id == person).order_by(Message.id)
    if last is not None:
        query = query.where(Message.id <= last)
    found = (await read.session.scalars(query.limit(MINE))).all()
    if len(found) == MINE:
        last = found[-1].id
    before = await _texts_before(read, [message for message in found if message.edited_at is not None])
    return Stretch([_line(message, rooms, before[message.id]) for message in found], last)


async def _last_behind(read: Read, after: UUID) -> UUID | None:
    """Where the next stretch of all messages ends; None if it is the last one."""
    behind = select(Message.id).where(Message.id > after).order_by(Message.id)
    found: UUID | None = await read.connection.scalar(behind.offset(AT_ONCE - 1).limit(1))
    return found


async def _texts_before(read: Read, edited: Sequence[Message]) -> dict[UUID, list[dict[str, Any]]]:
    """The texts of edited messages, the first one first, as far as the log has them."""
    texts: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for message in edited:
        thing = (message.seq, message.id)
        for event in await versions_of(read, message.room_id, thing, "message.updated"):
            text = msgspec.json.decode(event.body)["text"]
            texts[message.id].append({"ts": rfc3339(event.ts), "text": text})
    return texts


def _line(message: Message, rooms: dict[UUID, str], texts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": message.id,
        "room": message.room_id,
        "room_name": rooms.get(message.room_id),
        "seq": message.seq,
        "ts": rfc3339(message.ts),
        "thread": message.thread_id,
        "text": message.text,
        "edited_at": rfc3339_or_none(message.edited_at),
        "deleted": message.deleted_at is not None,
        "texts": texts,
    }
