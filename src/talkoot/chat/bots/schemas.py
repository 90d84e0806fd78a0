"""What bots look like on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, NewDisplayName, NewUsername, PublicUser
from talkoot.kernel.text import Line


class NewBot(BaseModel):
    """A bot to be made. As a guest it is in no room before somebody adds it."""

    username: NewUsername
    display_name: NewDisplayName
    role: Annotated[Line, Field(max_length=80)] = "member"


class BotPatch(BaseModel):
    """What is to change of a bot."""

    display_name: NewDisplayName


class BotOut(PublicUser):
    """A bot of a workspace; `owner` is who made it."""

    owner: PublicUser
    role: str
    created_at: Moment
