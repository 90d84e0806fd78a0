"""What is said of letters on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Wait = Annotated[
    Literal[0, 15, 60, 1440],
    Field(description="Minutes from the first message that waits to the letter about all of them."),
]


class Letters(BaseModel):
    """What one is mailed; it needs an address that was confirmed."""

    messages: Annotated[bool, Field(description="What one is notified of and has not read.")]
    wait_minutes: int
    moderation: Annotated[bool, Field(description="What waits for one as a moderator: held and reported.")]
    mail: Annotated[bool, Field(description="Whether it reaches one: mail is sent, to a confirmed address.")]


class LettersWanted(BaseModel):
    """What is to be another way; what is not said stays."""

    messages: bool | None = None
    wait_minutes: Wait | None = None
    moderation: bool | None = None
