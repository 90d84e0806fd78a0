"""The tables of identities: who is known by whom as what, and which sessions began with it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model


class Identity(Model):
    """Somebody as a provider knows them; the key is (issuer, subject), and never an email address."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    label: Mapped[str]
    created_at: Mapped[int]
    last_used_at: Mapped[int]


class IdentitySession(Model):
    """A session that began with an identity; `sid` is what the provider calls its own session."""

    __tablename__ = "identity_sessions"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"), index=True)
    sid: Mapped[str | None]
