"""What scheduled messages look like on the wire."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.files.schemas import Attachment
from talkoot.chat.messages.schemas import FILES, PollShown, Saying, Text


class NewScheduled(Saying):
    """A message to be sent at a time, which has a zone and is at most a year ahead.

    It says what one that is sent now may say. `thread` is the message that it replies to. What is quoted is
    shown as it is when it is sent; a poll closes after that.
    """

    at: AwareDatetime
    thread: UUID | None = None


class ScheduledPatch(BaseModel):
    """Another text, other files, or another time; what is null, or not there, stays."""

    text: Text | None = None
    attachments: list[UUID] | None = Field(default=None, max_length=FILES)
    at: AwareDatetime | None = None


class ScheduledOut(BaseModel):
    """A message of one's own that is sent later; a refused one is kept until it gets another time."""

    id: UUID
    room: UUID
    thread: UUID | None
    text: str
    attachments: list[Attachment]
    quote: UUID | None
    poll: PollShown | None
    at: Moment
    state: Literal["waiting", "refused"]
    code: str | None
    reason: str | None
