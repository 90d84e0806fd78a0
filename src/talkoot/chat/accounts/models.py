"""The tables of accounts: users, their sessions and refresh tokens."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.sealing import Sealed
from talkoot.kernel.types import Model, partial_index


class User(Model):
    """A person or a program; `username_key` and `email_key` are unique, whatever the letters' case.

    An `email` without its key is somebody else's, who was told by mail that it was asked for.

    `email_verified_at` is when it was last shown that mail to the address reaches them.

    Who wants to leave for good does so at `delete_at`, unless that is taken back; `delete_messages` says
    whether what they wrote goes too. Of who has left (`deleted_at`) only the id remains, and a name that is
    nobody's.
    """

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str]
    username_key: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    email: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(unique=True)
    email_verified_at: Mapped[int | None]
    password_hash: Mapped[str | None]
    time_zone: Mapped[str | None]
    bot: Mapped[bool] = mapped_column(default=False)
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an app or a passkey is there: then a session that began without a second step does not hold."""
    deactivated_at: Mapped[int | None]
    delete_at: Mapped[int | None]
    delete_messages: Mapped[bool | None]
    deleted_at: Mapped[int | None]
    created_at: Mapped[int]


_REVOKED = text("revoked_at IS NOT NULL")


class Session(Model):
    """What lets somebody in until it is closed. Secrets are kept as a hash.

    `kind` is `cookie` or `token` for a sign-in from one device; `granted` for one that a host application
    vouched for, and `made` for a token that was made to be kept: these two end when they end, however they
    are used.

    `second_step` says what came on top of the first one: `code`, `recovery`, `passkey`, or `provider` where
    somebody else vouched. `proved_at` is when the person last showed that it is them.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user", "user_id"),
        partial_index("ix_sessions_revoked", "revoked_at", where=_REVOKED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    secret_hash: Mapped[bytes | None] = mapped_column(unique=True)
    user_agent: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[int]
    last_seen_at: Mapped[int]
    expires_at: Mapped[int]
    revoked_at: Mapped[int | None]
    second_step: Mapped[str | None]
    proved_at: Mapped[int | None]


class MadeToken(Model):
    """What a session of the kind `made` is good for. `places` are workspaces and rooms, or None for all."""

    __tablename__ = "made_tokens"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    scopes: Mapped[str]
    places: Mapped[str | None]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class SigningKey(Model):
    """A key that signs access tokens and tickets; the newest one signs. What is older verifies for a while.

    With `alone` it verifies nothing any more from the moment that this one is there.
    """

    __tablename__ = "signing_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[bytes] = mapped_column(Sealed)
    alone: Mapped[bool]
    created_at: Mapped[int]


class RefreshToken(Model):
    """A link in a session's chain of refresh tokens; one that is used twice revokes the whole session."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    expires_at: Mapped[int]
    used_at: Mapped[int | None]
