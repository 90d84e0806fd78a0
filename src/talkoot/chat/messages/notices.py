"""What messages tell people on all their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from talkoot.chat.messages.events import OwnChanged, PeopleMentioned


def mention_notices(mentioned: PeopleMentioned) -> Iterator[Message]:
    """To each who is named, wherever they are connected: where, and by whom; the text is in the room."""
    event = mentioned.event
    frame = msgspec.json.encode(
        {
            "op": "notice",
            "kind": "mentioned",
            "room": event.log,
            "message": mentioned.message,
            "by": event.sender,
        }
    )
    for user in mentioned.users:
        yield Message("user", user, frame, scope=mentioned.workspace, version=event.fence)


def own_notice(event: OwnChanged) -> Message:
    """To whose it is, and nobody else."""
    frame = msgspec.json.encode({"op": "notice", "kind": event.kind, **event.told})
    return Message("user", event.user, frame)
