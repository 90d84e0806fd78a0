"""The tables of applications: what each was granted, whom it has brought, and what was used."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.sealing import Sealed
from talkoot.kernel.types import Model


class Application(Model):
    """What a host application signs with, and what it may give: `roles` by name, `rooms` by id.

    Of `secret`, `keys` (a JWK set) and `keys_url` it has one. No assertion may live for more than
    `longest_seconds`. It signs nobody in who is above `highest_role` (a name); of those that were made
    before there was such a bound that is the owner's.
    """

    __tablename__ = "applications"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), index=True)
    name: Mapped[str]
    issuer: Mapped[str] = mapped_column(unique=True)
    algorithm: Mapped[str]
    secret: Mapped[bytes | None] = mapped_column(Sealed)
    keys: Mapped[str | None]
    keys_url: Mapped[str | None]
    roles: Mapped[str]
    rooms: Mapped[str]
    highest_role: Mapped[str] = mapped_column(server_default="owner")
    longest_seconds: Mapped[int]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    disabled_at: Mapped[int | None]


class ApplicationUser(Model):
    """Somebody as an application knows them: by its subject, and never by an email address."""

    __tablename__ = "application_users"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)


class ApplicationSession(Model):
    """A session that an application vouched for."""

    __tablename__ = "application_sessions"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)


class UsedAssertion(Model):
    """An assertion that was used, for as long as it would hold."""

    __tablename__ = "used_assertions"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    jti_hash: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[int]
