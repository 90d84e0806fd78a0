"""What is to be looked at for a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.previews.links import links_in
from talkoot.chat.previews.models import RemovedPreview
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


class LinkedMessage(Value, frozen=True):
    """A text with links, whose it is, and what is shown of them already."""

    message: UUID
    room: UUID
    workspace: UUID
    actor: Actor
    text: str
    links: tuple[str, ...]
    shown: dict[str, Any]


async def linked_message(read: Read, message_id: UUID) -> LinkedMessage | None:
    """What a message should show; None if nothing of it, or of its previews, would change.

    Its author may still post there, and the workspace wants previews: that is asked before the work only.
    When it is done, `show_previews` looks whether the text is the same.
    """
    message = await read.session.get(Message, message_id, populate_existing=True)
    if message is None or message.deleted_at is not None:
        return None
    grants = await grants_of(read, message.sender_id, message.room_id, exclusive=False)
    if grants is None or Permission.ROOM_POST not in grants.permissions:
        return None
    on = await read.connection.scalar(select(Workspace.link_previews).where(Workspace.id == grants.workspace))
    removed = await read.connection.scalars(
        select(RemovedPreview.url).where(RemovedPreview.message_id == message_id)
    )
    unwanted = {*removed}
    links = tuple(url for url in links_in(message.text) if url not in unwanted) if on else ()
    shown = {each["url"]: each for each in previews_in(message)}
    if tuple(shown) == links:
        return None
    name = await read.connection.scalar(select(User.username).where(User.id == message.sender_id))
    actor = Actor(message.sender_id, name or "", NO_SESSION)
    return LinkedMessage(message_id, message.room_id, grants.workspace, actor, message.text, links, shown)


def previews_in(message: Message) -> list[dict[str, Any]]:
    """The previews that a message shows."""
    found: list[dict[str, Any]] = msgspec.json.decode(message.previews) if message.previews else []
    return found
