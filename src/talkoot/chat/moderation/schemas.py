"""What moderation looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import Text
from talkoot.kernel.text import Line, OptionalLine

YEAR = 366 * 86_400


class ActOut(BaseModel):
    """One act of the audit log; `actor` is null for the command line and for the program itself."""

    id: UUID
    ts: Moment
    kind: Annotated[str, Field(examples=["member.role_changed"])]
    actor: UUID | None
    address: Annotated[str, Field(description="Of the network, or `command line`, or `job`.")]
    workspace: UUID | None
    place: Annotated[UUID | None, Field(description="The room, category or workspace it was done in.")]
    subject: Annotated[UUID | None, Field(description="To whom or to what it was done.")]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


class Kick(BaseModel):
    """Why somebody is taken out; they are told."""

    reason: OptionalLine = ""


class NewSanction(Kick):
    """A mute or ban to be; without `expires_in` (seconds) it holds until it is lifted."""

    expires_in: Annotated[int, Field(ge=1, le=YEAR)] | None = None


class SanctionOut(BaseModel):
    """A mute or ban that stands, on a workspace or a room."""

    id: UUID
    kind: Literal["mute", "ban"]
    resource: UUID
    user: PublicUser
    reason: str
    created_by: UUID
    created_at: Moment
    until: Moment | None


class NewPurge(Kick):
    """Whose messages are to be deleted; with `hours` only those of so many hours up to now."""

    user: UUID
    hours: Annotated[int, Field(ge=1, le=YEAR // 3600)] | None = None


class PurgeOut(BaseModel):
    """All messages of somebody that are being deleted, or were; `since` spares those before it.

    Rooms that its moderator may not moderate are passed over.
    """

    id: UUID
    resource: UUID
    user: PublicUser
    since: Moment | None
    reason: str
    created_by: UUID
    created_at: Moment
    state: Literal["running", "done", "stopped"]
    ended_at: Moment | None
    deleted: Annotated[int, Field(description="Messages so far.")]
    rooms_done: int
    rooms_total: int


class Rules(BaseModel):
    """What is asked of messages to a room, except from its moderators; as it is here, nothing."""

    slow_seconds: Annotated[
        int,
        Field(
            ge=0, le=21_600, description="So long between two messages of one person; 0: slow mode is off."
        ),
    ] = 0
    hold_all: bool = False
    hold_roles: Annotated[frozenset[UUID], Field(max_length=50)] = frozenset()
    hold_first: Annotated[
        int, Field(ge=0, le=100, description="So many messages of who is new in the room are held.")
    ] = 0
    hold_words: Annotated[
        list[Annotated[Line, Field(max_length=80)]],
        Field(max_length=500, description="Words and phrases; `spam*` is every word that begins so."),
    ] = []
    hold_links: bool = False

    @property
    def any(self) -> bool:
        """Whether there is any rule."""
        return self != Rules()


class Approval(BaseModel):
    """Let it through, with another text if one is given."""

    text: Text | None = None


class Rejection(BaseModel):
    """Why it is not let through; its author is told."""

    reason: OptionalLine = ""
