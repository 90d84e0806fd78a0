"""The tables of rooms."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class Category(Model):
    """A heading in the room list; a node of the tree, so access can be set on it."""

    __tablename__ = "categories"

    id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    name: Mapped[str]
    position: Mapped[int]


class Room(Model):
    """A room. Its id is also that of its node in the tree and of its log.

    `unique_key` makes names unique in a workspace, and direct rooms by the people in them.
    """

    __tablename__ = "rooms"

    id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"))
    kind: Mapped[str]
    name: Mapped[str]
    unique_key: Mapped[str | None] = mapped_column(unique=True)
    topic: Mapped[str] = mapped_column(default="")
    default: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
