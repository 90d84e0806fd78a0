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
    link_previews: bool
    read_by: bool


class RoleOut(BaseModel):
    """A role, and what it holds on the workspace; the lower the rank, the more it outranks."""

    id: UUID
    name: str
    rank: int
    built_in: bool
    permissions: list[str]


class NewRoleInWorkspace(BaseModel):
    """A role to be made; without a rank it is a member's."""

    name: Name
    rank: Annotated[int, Field(ge=0, le=1000)] = 30
    permissions: frozenset[Permission] = frozenset()


class RolePatch(BaseModel):
    """What is to change of a role; what is left out stays."""

    name: Name | None = None
    permissions: frozenset[Permission] | None = None


class MemberOut(BaseModel):
    """A member of a workspace or a room; `role` is the role in the workspace, null in a list of a room."""

    user: PublicUser
    role: str | None
    joined_at: str


class NewWorkspace(BaseModel):
    """A workspace to be made."""

    name: Name


class WorkspacePatch(BaseModel):
    """What is to change of a workspace; what is left out stays."""

    name: Name | None = None
    link_previews: bool | None = None
    read_by: bool | None = None


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


class EntriesPreview(EntryList):
    """Entries that are not saved yet, and about whom one wants to know what they would do."""

    user: UUID


class Effect(BaseModel):
    """What someone may do now and with other entries; `entry` is the place of the one that would decide.

    It is null where none of them would: what lies above decides then, or nothing does.
    """

    permission: Permission
    before: bool
    after: bool
    entry: int | None


class ConsideredEntry(EntryOut):
    """Whether an entry is about this person, and whether it is the one that decided."""

    matches: bool
    decides: bool


class Considered(BaseModel):
    """A node of the lineage and those of its entries that say something about the permission."""

    resource: UUID
    kind: str
    entries: list[ConsideredEntry]


class Explanation(BaseModel):
    """Why someone may, or may not: the entry that decided; null if none did, or archiving or a sanction.

    `chain` is the way there, from the leaf up to the workspace; the first entry that matches decides.
    """

    user: UUID
    permission: Permission
    allowed: bool
    decided_by: EntryOut | None
    archived: bool
    sanctioned: bool
    lineage: list[UUID]
    chain: list[Considered]
