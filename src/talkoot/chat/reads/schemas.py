"""What read positions look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser


class ReadTo(BaseModel):
    """The last position that was read."""

    seq: Annotated[int, Field(ge=0, lt=2**53)]


class UnreadFrom(BaseModel):
    """The position from which on one wants to read again."""

    seq: Annotated[int, Field(ge=1, lt=2**53)]


class UnreadOut(BaseModel):
    """What is unread in a room: the messages after `read_seq`, or from `marked` on where that is set."""

    room: UUID
    unread: int
    mentions: int
    read_seq: int
    head: int
    marked: int | None


class ReadChoiceOut(BaseModel):
    """Who has `share` shares what they have read with members of small rooms who share it too."""

    share: bool


class Reader(BaseModel):
    """How far somebody has read a room, of which they are a member `since` then."""

    seq: int
    since: Moment


class ReadersOut(BaseModel):
    """How far others have read a room; not `shared` with this person, there is nobody."""

    shared: bool
    readers: dict[UUID, Reader]


class ReadBy(BaseModel):
    """Who has read a message; not `shared` with this person, there is nobody."""

    shared: bool
    items: list[PublicUser]
