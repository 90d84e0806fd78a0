"""What notifications tell the others."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from talkoot.kernel.values import Value


class NewNotification(Value, frozen=True):
    """A new notification; `quiet` if it is not to disturb its person: it is neither pushed nor shown."""

    id: UUID
    user: UUID
    workspace: UUID
    room: UUID
    message: UUID
    thread: UUID | None
    seq: int
    kind: str
    by: UUID
    quiet: bool
    version: int
    """Of the workspace's access rules, under which they may read it."""
    list_only: bool = False
    """Its person finds it in the list, and is not mailed either."""


class Notified(Value, frozen=True):
    """People have new notifications."""

    notifications: Sequence[NewNotification]


class QuietChanged(Value, frozen=True):
    """Somebody does not want to be disturbed until another moment than before."""

    user: UUID
