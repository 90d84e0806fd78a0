"""What notifications tell people on all their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.notifications.events import Told


def told_notice(told: Told) -> Message:
    """To whom it concerns: of which message they are told and why; what it says is in the room."""
    body = {
        "op": "notice",
        "kind": "notified",
        "id": told.id,
        "workspace": told.workspace,
        "room": told.room,
        "message": told.message,
        "thread": told.thread,
        "seq": told.seq,
        "why": told.kind,
        "by": told.by,
        "quiet": told.quiet,
    }
    return Message("user", told.user, msgspec.json.encode(body), scope=told.workspace, version=told.version)
