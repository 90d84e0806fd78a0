"""The tables of privacy: what was exported, in pieces."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class Export(Model):
    """All that is known of a person, in a file that only who asked for it can fetch.

    It is whole once `ready_at` is set; `lease` is that of the job that writes it. The link works once, for
    one session, and only its hash is kept.
    """

    __tablename__ = "exports"
    __table_args__ = (UniqueConstraint("user_id", "requested_by"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    job_id: Mapped[UUID]
    lease: Mapped[UUID | None]
    size: Mapped[int]
    created_at: Mapped[int]
    ready_at: Mapped[int | None]
    expires_at: Mapped[int | None]
    link_hash: Mapped[bytes | None]
    link_session: Mapped[UUID | None]
    link_until: Mapped[int | None]


class ExportPiece(Model):
    """So many bytes of the file."""

    __tablename__ = "export_pieces"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]
