"""What messages look like on the wire."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from talkoot.chat.accounts.schemas import PublicUser
from talkoot.kernel.text import body_text

TEXT = 16_000  # characters

Text = Annotated[str, Field(min_length=1, max_length=TEXT), AfterValidator(body_text)]


class MessageOut(BaseModel):
    """A message as it stands; a deleted one has no text. `thread` is the message that it replies to."""

    id: UUID
    room: UUID
    seq: int
    sender: PublicUser
    text: str
    ts: str
    edited_at: str | None
    deleted: bool
    thread: UUID | None
    reply_count: int
    last_reply_at: str | None
    reactions: list[Any]
    attachments: list[Any]
    mentions: list[Any]
    pinned: bool


class NewMessage(BaseModel):
    """A message to be sent. The same `cid` again answers with the first message and sends nothing."""

    text: Text
    cid: UUID | None = None
    thread: UUID | None = None


class MessagePatch(BaseModel):
    """The text that replaces a message's text."""

    text: Text
    cid: UUID | None = None


class EventOut(BaseModel):
    """One event of a room's log."""

    room: UUID
    seq: int
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: str
    body: dict[str, Any]


class EventsOut(BaseModel):
    """A stretch of a room's log: `head` is its last position, `epoch` its incarnation."""

    epoch: UUID
    head: int
    events: list[EventOut]
