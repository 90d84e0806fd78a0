"""What statuses look like on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from talkoot.chat.accounts.schemas import Moment

TEXT_LENGTH = range(1, 101)


class NewStatus(BaseModel):
    """An emoji, as of a reaction, a text, or both; `until` a moment, or for good."""

    emoji: Annotated[str, Field(max_length=70)] | None = None
    text: Annotated[str, Field(max_length=TEXT_LENGTH[-1])] | None = None
    until: AwareDatetime | None = None


class StatusOut(BaseModel):
    """What somebody shows beside their name now; `quiet_until`: they are not to be disturbed."""

    emoji: str | None
    text: str | None
    until: Moment | None
    quiet_until: Moment | None
