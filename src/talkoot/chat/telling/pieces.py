"""Pieces: what a letter or a browser says of one notification, as it may be read at this moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Workspace
from talkoot.chat.accounts.models import User
from talkoot.chat.messages.models import Message
from talkoot.chat.notifications.queries import still_unread
from talkoot.chat.rooms.models import Room

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

LONGEST = 300  # characters of what was said


@dataclass(frozen=True, slots=True)
class Piece:
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
        select(Message.id, Message.text, User.display_name, Room.name, Room.kind, Workspace.name)
        .join(User, User.id == Message.sender_id)
        .join(Room, Room.id == Message.room_id)
        .join(Workspace, Workspace.id == Room.workspace_id)
        .where(Message.id.in_([each.message_id for each in waiting]))
    )
    said = {row[0]: row[1:] for row in found}
    told = []
    for each in waiting:
        if each.message_id in said:
            text, who, room, kind, workspace = said[each.message_id]
            name = "" if kind == "direct" else f"#{room}"
            path = f"/r/{each.room_id}/m/{each.message_id}"
            told.append(Piece(each.kind, each.room_id, name, workspace, who, shortened(text), path))
    return told


def shortened(text: str | None) -> str:
    """The beginning of what was said, on one line; of what is only files, that."""
    line = " ".join((text or "").split())
    if not line:
        return "(a file)"
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
