"""The rule itself, without a database: from the leaf up the first entry that matches decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from talkoot.chat.access.permissions import SANCTIONS, Permission
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

_ALL = frozenset(Permission)
Principal = Literal["user", "role", "members", "authenticated", "everyone"]


class Entry(Value, frozen=True):
    """Allows or denies some permissions to a principal on one resource."""

    id: UUID
    resource: UUID
    allow: bool
    principal: Principal
    principal_id: UUID | None
    permissions: frozenset[str]


class Held(Value, frozen=True):
    """A sanction that somebody is under: where, of which kind, and until when (None: until it is lifted)."""

    resource: UUID
    kind: str
    until: int | None

    def holds(self, now: int) -> bool:
        """Whether it still does."""
        return self.until is None or self.until > now


class Standing(Value, frozen=True):
    """What someone is along a lineage: roles there, memberships of its nodes, and sanctions on them."""

    user: UUID
    roles: frozenset[UUID]
    memberships: frozenset[UUID]
    sanctions: tuple[Held, ...] = ()


class Verdict(Value, frozen=True):
    """The decision, and the entry that made it; none means that nothing matched, or that it is a sanction."""

    allowed: bool
    entry: Entry | None
    sanctioned: bool = False


def decide(entries: Sequence[Entry], standing: Standing, permission: str) -> Verdict:
    """Decide one permission; `entries` come from the leaf up, and by position within a resource."""
    for entry in entries:
        if permission in entry.permissions and matches(entry, standing):
            return Verdict(entry.allow, entry)
    return Verdict(allowed=False, entry=None)


def everyone_reads(entries: Sequence[Entry]) -> bool:
    """Whether somebody of whom nothing is known may read it: only entries about everyone are about them."""
    reading = Permission.ROOM_READ
    first = (e for e in entries if e.principal == "everyone" and reading in e.permissions)
    return next((entry.allow for entry in first), False)


def granted(entries: Sequence[Entry], standing: Standing) -> frozenset[Permission]:
    """Everything that someone may do there: what `decide` says of each permission, in one pass."""
    allowed: set[Permission] = set()
    undecided = set(_ALL)
    for entry in entries:
        if matches(entry, standing):
            if entry.allow:
                allowed.update(p for p in undecided if p in entry.permissions)
            undecided.difference_update(entry.permissions)
    return frozenset(allowed)


def taken_away(
    standing: Standing, nodes: Sequence[UUID], now: int
) -> tuple[frozenset[Permission], int | None]:
    """What sanctions on these nodes take away now, and when the first of them ends by itself."""
    holding = [held for held in standing.sanctions if held.resource in nodes and held.holds(now)]
    if not holding:
        return frozenset(), None
    denied = frozenset[Permission]().union(*(SANCTIONS[held.kind] for held in holding))
    return denied, min((held.until for held in holding if held.until is not None), default=None)


def matches(entry: Entry, standing: Standing) -> bool:
    """Whether an entry is about somebody who stands like this."""
    match entry.principal:
        case "user":
            return entry.principal_id == standing.user
        case "role":
            return entry.principal_id in standing.roles
        case "members":
            return entry.resource in standing.memberships
        case "authenticated" | "everyone":
            return True
