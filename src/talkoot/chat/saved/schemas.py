"""What saved messages look like on the wire."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.messages.schemas import MessageOut


class SavedOut(BaseModel):
    """A message that one has saved, and when."""

    message: MessageOut
    ts: Moment


class SavedIds(BaseModel):
    """All messages that one has saved and may read, by their ids, what was saved last first."""

    messages: list[UUID]
