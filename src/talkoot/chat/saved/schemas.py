"""What saved messages look like on the wire."""

from __future__ import annotations

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.messages.schemas import MessageOut


class SavedOut(BaseModel):
    """A message that one has saved, and when."""

    message: MessageOut
    ts: Moment
