"""What reactions look like on the wire."""

from __future__ import annotations

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import PublicUser


class ReactionPeople(BaseModel):
    """Who reacted with an emoji: how many, the first fifty of them, and whether oneself did."""

    emoji: str
    count: int
    users: list[PublicUser]
    mine: bool
