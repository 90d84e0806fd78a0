"""The door to messages, and how many of them a room takes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_of, unknown
from talkoot.chat.messages.models import Message
from talkoot.chat.rooms.access import seems_to_post
from talkoot.kernel.limit_book import Rule

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.transactions import Caches, Read

ROOM_MESSAGES = Rule("room.messages", limit=100, period_seconds=1, burst=500)


async def message_for(
    read: Read, actor: Actor, operation: Operation, message_id: UUID
) -> tuple[Message, Grants]:
    """A message with which the actor may do this, and what they may do in its room."""
    message = await read.session.get(Message, message_id)
    if message is None:
        raise unknown(actor.user, "message")
    grants = await grants_of(read, actor.user, message.room_id, exclusive=False)
    return message, admit(actor, grants, operation, own=message.sender_id == actor.user)


def count_for_room(rates: QuickRates, caches: Caches, actor: Actor, room: UUID) -> None:
    """Count a message to a room, or raise RateLimited; of strangers nothing counts, who could shut it."""
    if seems_to_post(caches, actor, room):
        rates.require(ROOM_MESSAGES, room)
