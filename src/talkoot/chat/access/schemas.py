"""What access looks like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.resolution import Principal
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.kernel.text import Line

Name = Annotated[Line, Field(max_length=80)]


class WorkspaceOut(BaseModel):
    """A workspace, and what the asker is and may do in it."""

    id: UUID
    name: str
    role: str
    permissions: list[Permission]


class RoleOut(BaseModel):
    """A role; the lower the rank, the more it outranks."""

    id: UUID
    name: str
    rank: int
    built_in: bool


class MemberOut(BaseModel):
    """A member of a workspace or a room; `role` is the role in the workspace, null in a list of a room."""

    user: PublicUser
    role: str | None
    joined_at: str


class NewWorkspace(BaseModel):
    """A workspace to be made."""

    name: Name


class NewRole(BaseModel):
    """The role a member is to have."""

    role: str


class NewEntry(BaseModel):
    """An access entry; `principal_id` names the user or the role, and is left out for other principals."""

    allow: bool
    principal: Principal
    principal_id: UUID | None = None
    permissions: Annotated[frozenset[Permission], Field(min_length=1)]


class EntryOut(BaseModel):
    """An access entry as it stands."""

    id: UUID
    resource: UUID
    allow: bool
    principal: Principal
    principal_id: UUID | None
    permissions: list[str]


class EntryList(BaseModel):
    """All entries of a resource, in the order in which they are read."""

    items: Annotated[list[NewEntry], Field(max_length=200)]


class Explanation(BaseModel):
    """Why someone may, or may not: the entry that decided; null if none did, or archiving or a sanction."""

    user: UUID
    permission: Permission
    allowed: bool
    decided_by: EntryOut | None
    archived: bool
    sanctioned: bool
    lineage: list[UUID]
