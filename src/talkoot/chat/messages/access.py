"""The doors to messages, and the check of many sends at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.messages.models import Message
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read, Tx


async def message_to_read(read: Read, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """A message in a room that the actor may read."""
    message = await read.session.get(Message, message_id)
    if message is None:
        raise NotFound("There is no such message")
    grants = await grants_of(read, actor.user, message.room_id, exclusive=False)
    if grants is None or Permission.ROOM_READ not in grants.permissions:
        raise NotFound("There is no such message")
    return message, grants


async def message_to_edit(tx: Tx, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """One's own message, in a room where one may still post."""
    message, grants = await message_to_read(tx, actor, message_id)
    if message.sender_id != actor.user:
        raise Forbidden("Only who wrote a message can edit it")
    admit(grants, "room", Permission.ROOM_POST)
    return message, grants


async def message_to_delete(tx: Tx, actor: Actor, message_id: UUID) -> tuple[Message, Grants]:
    """One's own message, or any message of a room that one moderates."""
    message, grants = await message_to_read(tx, actor, message_id)
    if message.sender_id != actor.user:
        admit(grants, "room", Permission.MESSAGES_MODERATE)
    return message, grants
