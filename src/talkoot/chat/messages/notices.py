"""What messages tell people on all their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.chat.messages.events import OwnChanged


def own_notice(event: OwnChanged) -> Message:
    """To whose it is, and nobody else."""
    frame = msgspec.json.encode({"op": "notice", "kind": event.kind, **event.told})
    return Message("user", event.user, frame)
