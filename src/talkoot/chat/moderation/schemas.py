"""What moderation looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment


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
