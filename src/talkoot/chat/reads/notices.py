"""What read positions tell people on their other connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.reads.events import ReadMoved


def read_notice(moved: ReadMoved) -> Message:
    """To the other devices of who has read: how far, and what is unread since."""
    notice = {
        "op": "notice",
        "kind": "read",
        "room": moved.room,
        "seq": moved.seq,
        "unread": moved.unread,
        "mentions": moved.mentions,
        "marked": moved.marked,
    }
    return Message(
        "user",
        moved.user,
        msgspec.json.encode(notice),
        except_connection=moved.connection,
        scope=moved.workspace,
        version=moved.version,
    )
