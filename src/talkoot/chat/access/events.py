"""What access tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """Who may do what changed on a resource and below it; `users` empty means for everybody."""

    workspace: UUID
    version: int
    resource: UUID
    kind: str
    users: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class WorkspaceMemberLeaving:
    """Someone's membership of a workspace, and with it of everything in it, is about to end.

    `for_good`: their account is deleted.
    """

    workspace: UUID
    user: UUID
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class ReadByChosen:
    """In a workspace people see from now on who has read a message, or do not any more."""

    workspace: UUID


@dataclass(frozen=True, slots=True)
class RoleLeaving:
    """A role that nobody has is about to be taken away."""

    workspace: UUID
    role: UUID
