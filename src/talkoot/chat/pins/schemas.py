"""What pins look like on the wire."""

from __future__ import annotations

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import MessageOut


class PinOut(BaseModel):
    """A pinned message, who pinned it, and when."""

    message: MessageOut
    by: PublicUser
    ts: Moment
