"""What a message shows of another one: as it was when it was quoted, for whoever reads this one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.messages.models import Message

LONGEST = 1000  # characters of it that are shown


class Quoted(msgspec.Struct, frozen=True):
    """A message inside another one: the documented `QuoteOut`."""

    message: UUID
    room: UUID
    thread: UUID | None
    sender: UUID | None
    text: str
    ts: str | None
    files: int
    gone: bool = False
    has_poll: bool = False

    def emptied(self) -> Quoted:
        """What is left when the message itself was deleted."""
        return Quoted(self.message, self.room, self.thread, None, "", None, 0, gone=True)


def quoted_from(message: Message) -> Quoted:
    """What is shown of a message; one that only passes another one on is that one."""
    if not message.text and message.quote is not None:
        return quoted_in(message.quote)
    text = message.text if len(message.text) <= LONGEST else f"{message.text[:LONGEST]}…"
    files = len(msgspec.json.decode(message.attachments)) if message.attachments else 0
    return Quoted(
        message.id,
        message.room_id,
        message.thread_id,
        message.sender_id,
        text,
        rfc3339(message.ts),
        files,
        has_poll=message.poll is not None,
    )


_decode = msgspec.json.Decoder(Quoted).decode


def quoted_in(stored: str) -> Quoted:
    """What stands with a message."""
    return _decode(stored)


def as_stored(quoted: Quoted) -> str:
    """For the row."""
    return msgspec.json.encode(quoted).decode()
