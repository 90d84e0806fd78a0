"""What a browser is told."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from talkoot.chat.push.delivery import Payload
from talkoot.chat.push.encryption import to_base64url
from talkoot.chat.telling.pieces import Piece, pieces
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_TRIAL = Payload("Talkoot", "This browser is told when somebody writes to you.", "/", "trial")
_TOPIC = 24  # bytes: 32 characters, which is all that a push service takes (RFC 8030, 5.4)
_URGENT = frozenset({"direct", "mention"})


class Push(Value, frozen=True):
    """What is shown, and how; of one `topic` a push service keeps the newest."""

    payload: Payload
    topic: str = ""
    urgency: Literal["normal", "high"] = "normal"


async def push_for(read: Read, user: UUID, notification: str | None, *, text: bool) -> Push | None:
    """What may be said at this moment of a notification, or for a trial; None of what was read or is gone."""
    if notification is None:
        return Push(_TRIAL)
    for piece in await pieces(read, user, [UUID(notification)]):
        room = hashlib.sha256(f"{user} {piece.room}".encode()).digest()[:_TOPIC]
        urgency: Literal["normal", "high"] = "high" if piece.kind in _URGENT else "normal"
        return Push(_payload(piece, text=text), to_base64url(room), urgency)
    return None


def _payload(piece: Piece, *, text: bool) -> Payload:
    if not text:
        return Payload("Talkoot", "There is a message for you.", piece.path, str(piece.room))
    title = f"{piece.who} in {piece.room_name}" if piece.room_name else piece.who
    return Payload(title, piece.text, piece.path, str(piece.room))
