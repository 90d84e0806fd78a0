"""The door to threads for those who follow them: whoever reads a room reads its threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.messages.access import message_for
from talkoot.kernel.errors import Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.operations import Operation
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Read


async def thread_to_follow(
    read: Read, actor: Actor, operation: Operation, thread: UUID
) -> tuple[Message, Grants]:
    """The first message of a thread with which the actor may do this; Invalid for a reply."""
    root, grants = await message_for(read, actor, operation, thread)
    if root.thread_id is not None:
        raise Invalid.field("message", "is_reply", "A thread goes by the id of its first message")
    return root, grants
