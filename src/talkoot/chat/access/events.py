"""What access tells the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class AccessChanged(Value, frozen=True):
    """Who may do what changed on a resource and below it; `users` empty means for everybody."""

    workspace: UUID
    version: int
    resource: UUID
    kind: str
    users: frozenset[UUID]


class WorkspaceMemberLeaving(Value, frozen=True):
    """Someone's membership of a workspace, and with it of everything in it, is about to end.

    `for_good`: their account is deleted.
    """

    workspace: UUID
    user: UUID
    for_good: bool = False


class ReadByChosen(Value, frozen=True):
    """In a workspace people see from now on who has read a message, or do not any more."""

    workspace: UUID


class RoleLeaving(Value, frozen=True):
    """A role that nobody has is about to be taken away."""

    workspace: UUID
    role: UUID
