"""Identifiers: UUIDv7 for rows (they sort by time), random tokens for secrets."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique, and rising within this process (RFC 9562)."""
    return uuid7()


def new_token() -> str:
    """256 random bits, URL-safe: for invitations, refresh tokens and cookies."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> bytes:
    """What is stored of a random token: 32 bytes of SHA-256, useless to whoever reads the database."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
