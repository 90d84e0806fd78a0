"""The tables of onboarding."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model

THE_ONE = 1


class Installation(Model):
    """The one row that the first run leaves; its key lets one of many first runs win, on every node."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    set_up_at: Mapped[int]


class Invitation(Model):
    """Lets so many people into a workspace, until a moment; of its token only a hash is kept.

    One that is mailed to an `email` gets its token when the letter is written: only its reader has it.
    """

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("uses <= max_uses", name="uses"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    role: Mapped[str]
    email: Mapped[str | None]
    uses: Mapped[int]
    max_uses: Mapped[int]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    expires_at: Mapped[int]
    revoked_at: Mapped[int | None]
