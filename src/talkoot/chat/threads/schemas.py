"""What following a thread looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.messages.schemas import MessageOut

Level = Literal["all", "mentions", "nothing"]


class Following(BaseModel):
    """What one wants to be notified of in a thread; null leaves it to what is set elsewhere."""

    level: Level | None = None


class ThreadReadTo(BaseModel):
    """The last position of the room's log up to which a thread was read."""

    seq: Annotated[int, Field(ge=0, lt=2**53)]


class ThreadUnreadFrom(BaseModel):
    """The position of the room's log from which on one wants to read a thread again."""

    seq: Annotated[int, Field(ge=1, lt=2**53)]


class ThreadState(BaseModel):
    """How one stands to a thread, which goes by the id of its first message.

    `unread` are the replies after `read_seq`, or from `marked` on where that is set; of who does not follow
    it nothing is counted. `last_seq` is where the newest reply stands that was there when they were counted,
    and `followers` is how many follow the thread.
    """

    message: UUID
    room: UUID
    followed: bool
    level: Level | None
    read_seq: int
    marked: int | None
    unread: int
    last_seq: int
    followers: int


class ThreadOut(BaseModel):
    """A thread that one follows: its first message, and how one stands to it."""

    message: MessageOut
    level: Level | None
    read_seq: int
    marked: int | None
    unread: int
    last_seq: int
