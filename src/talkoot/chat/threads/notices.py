"""What people are told on all their connections: how they stand to a thread now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.threads.events import ThreadMoved


def thread_notice(moved: ThreadMoved) -> Message:
    """To whose it is: the notice of the kind `thread`."""
    told = {
        "op": "notice",
        "kind": "thread",
        "message": moved.message,
        "room": moved.room,
        "followed": moved.followed,
        "level": moved.level,
        "read_seq": moved.read_seq,
        "marked": moved.marked,
        "unread": moved.unread,
        "last_seq": moved.last_seq,
    }
    frame = msgspec.json.encode(told)
    return Message("user", moved.user, frame, scope=moved.workspace, version=moved.version)
