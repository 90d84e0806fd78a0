"""The tables of digests: what people want to be mailed, and what waits to be."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, false, true
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model


class LetterChoice(Model):
    """What somebody said of letters; who said nothing gets those of messages, after the server's own time.

    `queues_told` is the newest of what waited for a moderator when they were last mailed.
    """

    __tablename__ = "letter_choices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    messages: Mapped[bool] = mapped_column(default=True, server_default=true())
    wait_minutes: Mapped[int | None]
    moderation: Mapped[bool] = mapped_column(default=False, server_default=false())
    queues_told: Mapped[UUID | None]


class DigestItem(Model):
    """A notification that is to be mailed; `job` is the job that has taken it into its letter."""

    __tablename__ = "digest_items"

    notification_id: Mapped[UUID] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    job: Mapped[UUID | None]
    taken_at: Mapped[int | None]
