"""The tables of access: workspaces, the tree of resources, memberships, roles, entries, the access log."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model, partial_index


class Workspace(Model):
    """The root of a tree. `access_version` counts every change to who may do what in it, without a gap.

    `retention_days` is the rule of its rooms that have none of their own. With `link_previews` its messages
    show what the pages that they link to say of themselves, with `read_by` members of small rooms see who has
    read what.
    """

    __tablename__ = "workspaces"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    access_version: Mapped[int] = mapped_column(default=0)
    retention_days: Mapped[int | None]
    link_previews: Mapped[bool] = mapped_column(default=True, server_default=true())
    read_by: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[int]


class Resource(Model):
    """A node of the tree: the workspace itself, a category, a room, a thread.

    What is archived, or lies below something archived, can be read but takes nothing new.
    """

    __tablename__ = "resources"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("resources.id"), index=True)
    kind: Mapped[str]
    archived_at: Mapped[int | None]
    moderated: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a room has rules that messages must pass; in the tree, so that who has none asks nothing."""
    posts: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether what stands in a room are posts, and all else answers to one; for the same reason."""
    attentive: Mapped[bool | None] = mapped_column(default=False)
    """Whether somebody wants to know of messages here that do not name them; None where nobody has looked."""


class Membership(Model):
    """A user belongs to a workspace (then with a role) or to a room.

    With `by_group` only because a group at a provider says so; `own_role_id` is the role that they have by
    hand, while groups give them another one.
    """

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_user", "user_id", "resource_id"),)

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role_id: Mapped[UUID | None] = mapped_column(ForeignKey("roles.id"))
    joined_at: Mapped[int]
    by_group: Mapped[bool] = mapped_column(default=False, server_default=false())
    own_role_id: Mapped[UUID | None]


class Role(Model):
    """A role of a workspace; `rank` 0 is the highest. What it holds are entries on the workspace."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    rank: Mapped[int]
    built_in: Mapped[bool]


class AccessEntry(Model):
    """Allows or denies permissions to a principal on a resource; those of one resource are read by position.

    `principal` is `user`, `role`, `members`, `authenticated` or `everyone`; the first two name whom in
    `principal_id`. `permissions` are separated by spaces.
    """

    __tablename__ = "access_entries"
    __table_args__ = (UniqueConstraint("resource_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    position: Mapped[int]
    allow: Mapped[bool]
    principal: Mapped[str]
    principal_id: Mapped[UUID | None]
    permissions: Mapped[str]


_STANDING = text("ended_at IS NULL")


class Sanction(Model):
    """Somebody may not do here what others may: `kind` is `mute` or `ban`. It ends by itself at `until`.

    It counts until then, whether or not `ended_at`, which a job sets a moment later, says so yet.
    """

    __tablename__ = "sanctions"
    __table_args__ = (
        partial_index(
            "uq_sanctions_standing", "user_id", "resource_id", "kind", unique=True, where=_STANDING
        ),
        Index("ix_sanctions_resource", "resource_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    until: Mapped[int | None]
    ended_at: Mapped[int | None]


class AccessChange(Model):
    """The gap-free log of changes to access in a workspace; `users` empty means everybody."""

    __tablename__ = "access_log"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[UUID]
    users: Mapped[str]
    ts: Mapped[int]
