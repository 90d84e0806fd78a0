"""What moderation looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.kernel.text import OptionalLine

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
