"""Pieces: what a letter or a browser says of one notification, as it may be read at this moment."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Workspace
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.notifications.models import AUTHOR, REACTION
from talkoot.chat.notifications.queries import Reactors, reactors_of, still_unread
from talkoot.chat.rooms.models import Room
from talkoot.chat.telling.words import in_words
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_SAID = (Message.id, Message.text, Message.post, Message.quote, Message.attachments)


class Piece(Value, frozen=True):
    """One of them. `room_name` is empty for a direct room; `path` leads to the message on this server."""

    kind: str
    room: UUID
    room_name: str
    workspace: str
    who: str
    text: str
    path: str


async def pieces(read: Read, user: UUID, notifications: Collection[UUID]) -> list[Piece]:
    """Those of these notifications that somebody may read and has not; the oldest first."""
    waiting = await still_unread(read, user, notifications)
    found = await read.connection.execute(
        select(*_SAID, User.display_name, Room.name, Room.kind, Workspace.name)
        .join(User, User.id == Message.sender_id)
        .join(Room, Room.id == Message.room_id)
        .join(Workspace, Workspace.id == Room.workspace_id)
        .where(Message.id.in_([each.message_id for each in waiting]))
    )
    said = {row[0]: row[1:] for row in found}
    reacted_to = [each.message_id for each in waiting if each.kind == REACTION]
    reactors = await reactors_of(read, reacted_to, user) if reacted_to else {}
    told = []
    for each in waiting:
        if each.message_id in said and (each.kind != REACTION or each.message_id in reactors):
            text, post, quote, attachments, who, room, kind, workspace = said[each.message_id]
            words = in_words(text, post, quote, attachments)
            if words is None:
                continue
            name = "" if kind == "direct" else f"#{room}"
            if each.kind == REACTION:
                who, words = _who_reacted(reactors[each.message_id]), f"reacted to: {words}"
            elif each.kind == AUTHOR:
                words = f"published with you as co-author: {words}"
            path = f"/r/{each.room_id}/m/{each.message_id}"
            told.append(Piece(each.kind, each.room_id, name, workspace, who, words, path))
    return told


def _who_reacted(reactors: Reactors) -> str:
    names = [person.display_name for person in reactors.users]
    others = reactors.count - 1
    return f"{names[0]} and {others} others" if others > 1 else " and ".join(names)
