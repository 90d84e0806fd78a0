"""What is asked of messages, and what comes of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.polled import Polled
    from talkoot.kernel.log import Event


class Send(Value, frozen=True):
    """A message that somebody wants to send; `asked` is their text where a moderator changed it.

    With a `title` it is a post.
    """

    actor: Actor
    room: UUID
    text: str
    cid: UUID | None = None
    thread: UUID | None = None
    asked: str | None = None
    attachments: tuple[UUID, ...] = ()
    quote: UUID | None = None
    title: str | None = None
    poll: Polled | None = None

    @property
    def key(self) -> tuple[UUID, UUID] | None:
        """What makes a retry recognisable."""
        return (self.actor.user, self.cid) if self.cid is not None else None

    def digest(self) -> bytes:
        """16 bytes over what was asked: the same cid with another digest is a conflict."""
        asked = f"{self.room}\0{self.thread}\0{self.asked or self.text}".encode()
        if self.attachments:
            asked += b"\0".join([b"", *sorted(file.bytes for file in self.attachments)])
        if self.quote:
            asked += b"\0quote\0" + self.quote.bytes
        if self.title is not None:
            asked += f"\0title\0{self.title}".encode()
        if self.poll is not None:
            asked += b"\0poll\0" + msgspec.json.encode(self.poll)
        return hashlib.blake2b(asked, digest_size=16, key=self.cid.bytes if self.cid else b"").digest()


class Edit(Value, frozen=True):
    """A new text for a message; `asked` is its author's where a moderator changed it."""

    message: UUID
    text: str
    cid: UUID | None = None
    asked: str | None = None

    def digest(self) -> bytes:
        """16 bytes over what was asked."""
        return digest_of(self.message, self.asked or self.text)


def digest_of(message: UUID, what: str) -> bytes:
    """16 bytes over what was asked to be done with a message."""
    return hashlib.blake2b(f"{message}\0{what}".encode(), digest_size=16).digest()


class Sent(Value, frozen=True):
    """Where the message stands in its room's log; `dup` when it had been sent before."""

    event: Event
    dup: bool


class Held(Value, frozen=True):
    """The message waits for a moderator; `dup` when it had been sent before, and `state` what came of it.

    With `edits` it is a new text for that message.
    """

    id: UUID
    room: UUID
    ts: int
    state: str
    dup: bool
    edits: UUID | None = None
