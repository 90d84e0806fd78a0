"""The tables of second factors."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.sealing import Sealed
from talkoot.kernel.types import Model


class AuthenticatorApp(Model):
    """The secret that somebody's app makes codes of; `last_step` is the newest step whose code was used."""

    __tablename__ = "authenticator_apps"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(Sealed)
    last_step: Mapped[int]
    created_at: Mapped[int]


class RecoveryCode(Model):
    """A code that works once, for whom the app and the passkeys are lost; only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    used_at: Mapped[int | None]


class Passkey(Model):
    """A key pair of somebody's device: the public half, and how often the device says that it was used."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    transports: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]
