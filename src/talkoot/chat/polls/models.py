"""The tables of polls; the poll itself, with its numbers, stands with its message."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.sealing import Sealed
from talkoot.kernel.types import Model


class PollVote(Model):
    """That somebody voted for an option; `voter` is the same for all options of one person in one poll.

    `user_id` says who that is. It is None in anonymous polls, and for who has no account any more.
    """

    __tablename__ = "poll_votes"
    __table_args__ = (Index("ix_poll_votes_user", "user_id", "message_id"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    option: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class PollKey(Model):
    """What makes voters of people while an anonymous poll is open; afterwards nobody can."""

    __tablename__ = "poll_keys"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(Sealed)
