"""What drafts look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.files.schemas import Attachment
from talkoot.chat.messages.schemas import FILES, TEXT, text_with

Version = Annotated[int, Field(ge=0, lt=2**53)]


class DraftIn(BaseModel):
    """What one has begun to write. `version` is that of the draft which one has seen last, 0 for none.

    `thread` is the first message of the thread that one answers in. `attachments` are files that one has
    uploaded for this room, in place of those before; null, or not there, they stay. Beside some the text may
    be empty.
    """

    attachments: list[UUID] | None = Field(default=None, max_length=FILES)
    text: str = Field(default="", max_length=TEXT, validate_default=True)
    version: Version
    thread: UUID | None = None

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str, info: ValidationInfo) -> str:
        return text_with(value, info.data.get("attachments") or ())


class DraftOut(BaseModel):
    """A draft of one's own; each change has a higher version."""

    room: UUID
    thread: UUID | None
    text: str
    attachments: list[Attachment]
    version: int
    updated_at: Moment
