"""What notifications tell the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Told:
    """A new notification; `quiet` if its person does not want to be disturbed now."""

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
    aside: bool = False
    """It is found in the list, and not mailed."""


@dataclass(frozen=True, slots=True)
class Notified:
    """People have new notifications."""

    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class QuietChanged:
    """Somebody does not want to be disturbed until another moment than before."""

    user: UUID
