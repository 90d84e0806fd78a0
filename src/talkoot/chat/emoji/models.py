"""The table of emoji that people added; their small pictures stand in it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class Emoji(Model):
    """An emoji of a workspace: with a picture of its own, or another name (`alias_of`) for one that has."""

    __tablename__ = "emoji"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    alias_of: Mapped[UUID | None] = mapped_column(ForeignKey("emoji.id"), index=True)
    picture: Mapped[bytes | None] = mapped_column(deferred=True)
    animated: Mapped[bool]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
