"""The tables of groups: what each gives, and which of those that give something somebody was seen in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class GroupRule(Model):
    """What a group (or an application's role) at a provider gives in a workspace: a role, rooms, or both."""

    __tablename__ = "group_rules"
    __table_args__ = (
        UniqueConstraint("workspace_id", "provider", "name"),
        Index("ix_group_rules_provider", "provider", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    provider: Mapped[str]
    name: Mapped[str]
    role_id: Mapped[UUID | None] = mapped_column(ForeignKey("roles.id"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]


class GroupRoom(Model):
    """A room that a rule makes people members of."""

    __tablename__ = "group_rooms"

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("group_rules.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)


class SeenGroup(Model):
    """A group that a provider named at the last sign-in with an identity; only those that rules name."""

    __tablename__ = "seen_groups"
    __table_args__ = (Index("ix_seen_groups_name", "provider", "name"),)

    identity_id: Mapped[UUID] = mapped_column(
        ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True
    )
    provider: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
