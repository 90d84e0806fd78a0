"""The tables of rooms."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ForeignKey, false, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model

POSTS = "posts"  # the kind of a room that is a blog of posts


class Category(Model):
    """A heading in the room list; a node of the tree, so access can be set on it."""

    __tablename__ = "categories"

    id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    name: Mapped[str]
    position: Mapped[int]


class Room(Model):
    """A room. Its id is also that of its node in the tree and of its log.

    `unique_key` makes names unique in a workspace, and direct rooms by the people in them. Messages are
    deleted `retention_days` after they were sent, if that is set: by its own rule, or else by that of the
    workspace. By now they are deleted up to the position `expired_seq` of its log.
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
    retention_days: Mapped[int | None]
    retention_own: Mapped[bool] = mapped_column(default=False, server_default=false())
    expired_seq: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]


_DIRECT = "direct:"


def direct_key(workspace: UUID, users: Iterable[UUID]) -> str:
    """The unique key of the direct room of these people."""
    return _DIRECT + ".".join([workspace.hex, *sorted(user.hex for user in users)])


def people_meant(room: Room) -> frozenset[UUID]:
    """Whom a direct room is for, whether or not they are in it now."""
    assert room.unique_key is not None
    return frozenset(map(UUID, room.unique_key.removeprefix(_DIRECT).split(".")[1:]))
