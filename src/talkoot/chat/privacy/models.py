"""The tables of privacy: what was exported, in pieces."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.chat.exports.models import WrittenFile
from talkoot.kernel.types import Model


class Export(WrittenFile):
    """All that is known of a person; `lease` is that of the job that writes it. The link works once."""

    __tablename__ = "exports"
    __table_args__ = (UniqueConstraint("user_id", "requested_by"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    lease: Mapped[UUID | None]


class ExportPiece(Model):
    """So many bytes of the file."""

    __tablename__ = "export_pieces"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]
