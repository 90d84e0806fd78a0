"""What tokens look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.access.scopes import Scope
from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.kernel.text import Line

PLACES = 50


class NewToken(BaseModel):
    """A token to be made: without `places` for everywhere, without `expires_in_days` as long as it may."""

    name: Annotated[Line, Field(max_length=80)]
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    places: Annotated[
        frozenset[UUID] | None,
        Field(min_length=1, max_length=PLACES, description="Workspaces and rooms that it is good for."),
    ] = None
    expires_in_days: Annotated[int | None, Field(ge=1, le=3650)] = None


class TokenOut(BaseModel):
    """A token that was made; itself it is never shown again."""

    id: UUID
    name: str
    scopes: list[Scope]
    places: list[UUID] | None
    created_at: Moment
    last_used_at: Annotated[Moment | None, Field(description="To ten minutes; null before the first use.")]
    expires_at: Moment | None


class TokenMade(TokenOut):
    """A new token, and this once the token itself."""

    token: str


class OwnedToken(TokenOut):
    """A token as who looks after the installation sees it."""

    owner: PublicUser
