"""The rule itself, without a database: from the leaf up the first entry that matches decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from talkoot.chat.access.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

_ALL = frozenset(Permission)
Principal = Literal["user", "role", "members", "authenticated", "everyone"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Allows or denies some permissions to a principal on one resource."""

    id: UUID
    resource: UUID
    allow: bool
    principal: Principal
    principal_id: UUID | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What someone is along a lineage: their roles there, and which of its nodes they are a member of."""

    user: UUID
    roles: frozenset[UUID]
    memberships: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, and the entry that made it; none means that nothing matched."""

    allowed: bool
    entry: Entry | None


def decide(entries: Sequence[Entry], standing: Standing, permission: str) -> Verdict:
    """Decide one permission; `entries` come from the leaf up, and by position within a resource."""
    for entry in entries:
        if permission in entry.permissions and _matches(entry, standing):
            return Verdict(entry.allow, entry)
    return Verdict(allowed=False, entry=None)


def granted(entries: Sequence[Entry], standing: Standing) -> frozenset[Permission]:
    """Everything that someone may do there: what `decide` says of each permission, in one pass."""
    allowed: set[Permission] = set()
    undecided = set(_ALL)
    for entry in entries:
        if _matches(entry, standing):
            if entry.allow:
                allowed.update(p for p in undecided if p in entry.permissions)
            undecided.difference_update(entry.permissions)
    return frozenset(allowed)


def _matches(entry: Entry, standing: Standing) -> bool:
    match entry.principal:
        case "user":
            return entry.principal_id == standing.user
        case "role":
            return entry.principal_id in standing.roles
        case "members":
            return entry.resource in standing.memberships
        case "authenticated" | "everyone":
            return True
