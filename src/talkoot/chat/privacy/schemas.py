"""What exports and deletions look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.exports.schemas import State


class ExportOut(BaseModel):
    """A file with all that is known of a person; `percent` of it is written, `size` is in bytes."""

    id: UUID
    user: PublicUser
    state: State
    percent: int
    size: int
    created_at: Moment
    expires_at: Moment | None


class ExportLink(BaseModel):
    """Where the file is, relative to the API: it works once, in this session, within `expires_in` seconds."""

    path: str
    expires_in: int


class Departure(BaseModel):
    """What is to become of one's messages, and whether at once or after the days that the server waits."""

    messages: Literal["keep", "delete"] = "keep"
    at_once: bool = False


class Removal(BaseModel):
    """What is to become of somebody's account and messages."""

    messages: Annotated[
        Literal["keep", "delete"], Field(description="`keep` leaves them, with nobody's name.")
    ] = "keep"
    at_once: bool = False


class Leaving(BaseModel):
    """When the account is deleted; signing in before that keeps it, unless somebody else ordered it."""

    delete_at: Moment
