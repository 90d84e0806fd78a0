"""What polls look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.messages.schemas import OPTIONS, PollShown


class VoteIn(BaseModel):
    """What one votes for, in place of what one voted for before: numbers of options, the first is 0."""

    options: list[Annotated[int, Field(ge=0, lt=OPTIONS)]] = Field(max_length=OPTIONS)


class PollState(BaseModel):
    """A poll as it stands. `mine` is what one voted for.

    Once an anonymous poll is closed nobody knows that any more (null), not even for oneself.
    """

    message: UUID
    poll: PollShown
    mine: list[int] | None
