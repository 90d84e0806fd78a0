"""What a message shows of another one: as it was when it was quoted, for whoever reads this one."""

from __future__ import annotations

from uuid import UUID

import msgspec

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
    poll: bool = False

    def emptied(self) -> Quoted:
        """What is left when the message itself was deleted."""
        return Quoted(self.message, self.room, self.thread, None, "", None, 0, gone=True)


_decode = msgspec.json.Decoder(Quoted).decode


def quoted_in(stored: str) -> Quoted:
    """What stands with a message."""
    return _decode(stored)


def as_stored(quoted: Quoted) -> str:
    """For the row."""
    return msgspec.json.encode(quoted).decode()
