"""What moderation tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """Somebody was muted, banned or kicked, or that is over; `until` as microseconds since the epoch."""

    user: UUID
    sanction: str
    workspace: UUID
    resource: UUID
    reason: str
    until: int | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class ReportHandled:
    """A moderator has decided on what this user reported."""

    user: UUID
    report: UUID


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """A moderator has decided on an appeal of this user."""

    user: UUID
    appeal: UUID
    workspace: UUID
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A moderator has decided on a held message of this user, or they took it back.

    With `edits` it was a new text for that message.
    """

    user: UUID
    held: UUID
    cid: UUID | None
    room: UUID
    state: str
    reason: str
    message: UUID | None
    edits: UUID | None
