"""What drafts look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.messages.schemas import TEXT
from talkoot.kernel.text import body_text

Version = Annotated[int, Field(ge=0, lt=2**53)]


class DraftIn(BaseModel):
    """What one has begun to write. `version` is that of the draft which one has seen last, 0 for none.

    `thread` is the first message of the thread that one answers in.
    """

    text: Annotated[str, Field(min_length=1, max_length=TEXT), AfterValidator(body_text)]
    version: Version
    thread: UUID | None = None


class DraftOut(BaseModel):
    """A draft of one's own; each change has a higher version."""

    room: UUID
    thread: UUID | None
    text: str
    version: int
    updated_at: Moment
