"""Reading what somebody has saved, as far as they may still read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.access.operations import GET_ROOM
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.queries import MESSAGES
from talkoot.chat.messages.wire import Shown, shown
from talkoot.chat.rooms.access import rooms_to_read
from talkoot.chat.saved.models import SavedMessage
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.documents import Document

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read

_WIDTH = len(MESSAGES.selected_columns)
_SAVED = (
    MESSAGES.add_columns(SavedMessage.id.label("saved_id"), SavedMessage.saved_at)
    .join(SavedMessage, SavedMessage.message_id == Message.id)
    .order_by(SavedMessage.id.desc())
)


class Saved(msgspec.Struct, frozen=True):
    """A saved message: the documented `SavedOut`."""

    message: Shown
    ts: str


class SavedPage(msgspec.Struct, frozen=True):
    """A page of them: the documented `Page`."""

    items: list[Saved]
    next: str | None
    previous: None = None


async def saved_by(read: Read, actor: Actor, *, after: UUID | None, limit: int) -> Document:
    """What somebody has saved and may still read, what was saved last first."""
    rows = (await _kept(read, actor, after))[: limit + 1]
    wanted = [row.id for row in rows[:limit]]
    found = await read.connection.execute(_SAVED.where(SavedMessage.id.in_(wanted)))
    items = [Saved(shown(row[:_WIDTH]), rfc3339(row[-1])) for row in found]
    more = str(wanted[-1]) if len(rows) > limit else None
    return Document(msgspec.json.encode(SavedPage(items, more)))


async def saved_ids(read: Read, actor: Actor) -> list[UUID]:
    """Which messages somebody has saved and may still read, what was saved last first."""
    return [row.message_id for row in await _kept(read, actor, None)]


async def ids_saved_by(read: Read, user: UUID) -> list[dict[str, Any]]:
    """Which messages somebody has saved, and when: for their own data."""
    found = await read.connection.execute(
        select(SavedMessage.message_id, SavedMessage.saved_at)
        .where(SavedMessage.user_id == user)
        .order_by(SavedMessage.id)
    )
    return [{"message": message, "saved_at": rfc3339(at)} for message, at in found]


async def _kept(read: Read, actor: Actor, after: UUID | None) -> list[Any]:
    """Those of them that are there and may be read; a person keeps so few that they are looked through."""
    query = (
        select(SavedMessage.id, SavedMessage.message_id, Message.room_id)
        .join(Message, Message.id == SavedMessage.message_id)
        .where(SavedMessage.user_id == actor.user, Message.deleted_at.is_(None))
        .order_by(SavedMessage.id.desc())
    )
    if after is not None:
        query = query.where(SavedMessage.id < after)
    rows = (await read.connection.execute(query)).all()
    readable = await rooms_to_read(read, actor, {row.room_id for row in rows}, GET_ROOM)
    return [row for row in rows if row.room_id in readable]
