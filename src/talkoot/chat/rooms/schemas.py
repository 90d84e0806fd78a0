"""What rooms look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.kernel.text import Line, OptionalLine

RoomName = Annotated[Line, Field(max_length=80)]
Topic = Annotated[OptionalLine, Field(max_length=500)]
Kind = Literal["public", "private", "direct", "posts"]

DIRECT_USERS = 9  # people in a group direct room, the one who opens it included


class RoomOut(BaseModel):
    """A room as one user sees it; `permissions` is what they may do, `users` is for direct rooms.

    Messages are deleted `retention_days` after they were sent, unless it is null.
    """

    id: UUID
    workspace: UUID
    category: UUID | None
    kind: Kind
    name: str
    topic: str
    epoch: UUID
    head: int
    count: int
    archived: bool
    retention_days: int | None
    member: bool
    created_at: str
    users: list[PublicUser]
    permissions: list[Permission]


class NewRoom(BaseModel):
    """A room to be made."""

    name: RoomName
    kind: Literal["public", "private", "posts"] = "public"
    topic: Topic = ""
    category: UUID | None = None


class RoomPatch(BaseModel):
    """What is to change of a room; what is left out stays."""

    name: RoomName | None = None
    topic: Topic | None = None
    category: UUID | None = None
    archived: bool | None = None


class NewDirect(BaseModel):
    """The other people of a direct room; the asker is in it anyway."""

    users: Annotated[frozenset[UUID], Field(min_length=1, max_length=DIRECT_USERS)]


class CategoryOut(BaseModel):
    """A heading in the room list."""

    id: UUID
    name: str
    position: int


class NewCategory(BaseModel):
    """A category to be made; without a position it comes last."""

    name: RoomName
    position: Annotated[int, Field(ge=0, le=10_000)] | None = None


Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionOut(BaseModel):
    """After how many days messages of a room are deleted, by which rule; null: they are kept."""

    rule: Literal["workspace", "keep", "delete"]
    days: int | None
    workspace_days: int | None


class NewRetention(BaseModel):
    """The rule of a room: that of the workspace, or its own: to keep, or to delete after so many days."""

    rule: Literal["workspace", "keep", "delete"]
    days: Days | None = None


class WorkspaceRetention(BaseModel):
    """The rule for rooms that have none of their own: to delete after so many days, or, null, to keep."""

    days: Days | None
