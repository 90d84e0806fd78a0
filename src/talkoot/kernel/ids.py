"""Identifiers: UUIDv7 for rows (they sort by time), random tokens for secrets."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

_CLOCK = 80  # bits behind the time in a UUIDv7


def new_id() -> UUID:
    """A UUIDv7: unique, and rising within this process (RFC 9562)."""
    return uuid7()


def first_id(moment: int) -> UUID:
    """The lowest UUIDv7 of a moment, given in microseconds since the epoch: those made before are lower."""
    return UUID(int=(moment // 1000) << _CLOCK)


def moment_of(id_: UUID) -> int:
    """The moment that a UUIDv7 was made at, in microseconds since the epoch; it knows milliseconds."""
    return (id_.int >> _CLOCK) * 1000


def new_token() -> str:
    """256 random bits, URL-safe: for invitations, refresh tokens and cookies."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> bytes:
    """What is stored of a random token: 32 bytes of SHA-256, useless to whoever reads the database."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
