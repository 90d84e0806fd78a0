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
    """What is to change of a bot.

    Switching it off ends its tokens; once it is on again, it needs new ones.
    """

    display_name: NewDisplayName | None = None
    disabled: bool | None = None
    take_over: Annotated[bool, Field(description="Be its owner from now on.")] = False


class BotOut(PublicUser):
    """A bot of a workspace; `owner` is who made it, or took it over.

    It is `ownerless` if the account of its owner is closed, or they may not manage members any more.
    """

    owner: PublicUser
    ownerless: bool
    role: str
    disabled: bool
    created_at: Moment
