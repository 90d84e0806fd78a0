"""What identities tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CameIn:
    """Somebody signed in with an identity, or linked it; its provider names these groups and roles now."""

    user: UUID
    identity: UUID
    provider: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class IdentityUnlinked:
    """An identity of this person opens their account no longer."""

    user: UUID
