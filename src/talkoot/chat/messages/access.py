"""The door to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_of
from talkoot.chat.messages.models import Message
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def message_for(
    read: Read, actor: Actor, operation: Operation, message_id: UUID
) -> tuple[Message, Grants]:
    """A message with which the actor may do this, and what they may do in its room."""
    message = await read.session.get(Message, message_id)
    if message is None:
        raise NotFound("There is no such message")
    grants = await grants_of(read, actor.user, message.room_id, exclusive=False)
    return message, admit(grants, operation, own=message.sender_id == actor.user)
