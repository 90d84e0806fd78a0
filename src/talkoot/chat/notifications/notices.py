"""What notifications tell people on all their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.notifications.events import NewNotification


def notified_notice(new: NewNotification) -> Message:
    """To whom it concerns: of which message they are told and why; what it says is in the room."""
    body = {
        "op": "notice",
        "kind": "notified",
        "id": new.id,
        "workspace": new.workspace,
        "room": new.room,
        "message": new.message,
        "thread": new.thread,
        "seq": new.seq,
        "why": new.kind,
        "by": new.by,
        "quiet": new.quiet,
    }
    return Message("user", new.user, msgspec.json.encode(body), scope=new.workspace, version=new.version)
