"""What the rules of groups look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from talkoot.chat.access.schemas import Name
from talkoot.chat.accounts.schemas import Moment
from talkoot.chat.identities.schemas import ProviderId
from talkoot.kernel.text import Line

GroupName = Annotated[Line, Field(min_length=1, max_length=255, description="As the provider writes it.")]
Rooms = Annotated[frozenset[UUID], Field(max_length=50)]


class Given(BaseModel):
    """What a group gives: a role, by its name, rooms, or both. Rooms are for those who have a role."""

    role: Name | None = None
    rooms: Rooms = frozenset()

    @model_validator(mode="after")
    def _something(self) -> Given:
        if self.role is None and not self.rooms:
            raise ValueError("a group gives a role, rooms, or both")
        return self


class NewGroupRule(Given):
    """A rule to be made."""

    provider: ProviderId
    group: GroupName


class GroupRuleOut(BaseModel):
    """A rule. `rooms` are those that the asker may see; `hidden_rooms` is how many others there are."""

    id: UUID
    provider: str
    group: str
    role: str | None
    rooms: list[UUID]
    hidden_rooms: int
    created_by: UUID
    created_at: Moment
