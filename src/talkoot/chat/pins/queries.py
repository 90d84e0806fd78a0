"""Reading what is pinned in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy.orm import aliased

from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.queries import MESSAGES
from talkoot.chat.messages.wire import Sender, Shown, shown
from talkoot.chat.pins.models import Pin
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.documents import Document

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_BY = aliased(User)
_WIDTH = len(MESSAGES.selected_columns)
_PINNED = (
    MESSAGES.add_columns(Pin.ts, _BY.id, _BY.username, _BY.display_name, _BY.bot)
    .join(Pin, Pin.message_id == Message.id)
    .join(_BY, _BY.id == Pin.user_id)
    .order_by(Pin.seq.desc())
)


class Pinned(msgspec.Struct, frozen=True):
    """A pinned message: the documented `PinOut`."""

    message: Shown
    by: Sender
    ts: str


class Pins(msgspec.Struct, frozen=True):
    """All of a room: the documented `Page`, which is the only one."""

    items: list[Pinned]
    next: None = None
    previous: None = None


async def pins_of(read: Read, room: UUID) -> Document:
    """What is pinned in a room, the newest pin first."""
    found = await read.connection.execute(_PINNED.where(Pin.room_id == room))
    pins = []
    for row in found:
        ts, *by = row[_WIDTH:]
        pins.append(Pinned(shown(row[:_WIDTH]), Sender(*by), rfc3339(ts)))
    return Document(msgspec.json.encode(Pins(pins)))
