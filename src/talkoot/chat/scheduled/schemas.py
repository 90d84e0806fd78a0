"""What scheduled messages look like on the wire."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.messages.schemas import Text


class NewScheduled(BaseModel):
    """A message to be sent at a time, which has a zone and is at most a year ahead.

    `thread` is the message that it replies to.
    """

    text: Text
    at: AwareDatetime
    thread: UUID | None = None


class ScheduledPatch(BaseModel):
    """Another text, or another time; what is null, or not there, stays."""

    text: Text | None = None
    at: AwareDatetime | None = None


class ScheduledOut(BaseModel):
    """A message of one's own that is sent later; a refused one is kept until it gets another time."""

    id: UUID
    room: UUID
    thread: UUID | None
    text: str
    at: Moment
    state: Literal["waiting", "refused"]
    code: str | None
    reason: str | None
