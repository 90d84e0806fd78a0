"""What identities tell the others."""

from __future__ import annotations

from uuid import UUID

from talkoot.kernel.values import Value


class CameIn(Value, frozen=True):
    """Somebody signed in with an identity, or linked it; its provider names these groups and roles now."""

    user: UUID
    identity: UUID
    provider: str
    groups: frozenset[str]


class IdentityUnlinked(Value, frozen=True):
    """An identity of this person opens their account no longer."""

    user: UUID
