"""The table of previews that nobody wants to see."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class RemovedPreview(Model):
    """The preview of this link was taken away from a message: it does not come back when that is edited."""

    __tablename__ = "removed_previews"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
