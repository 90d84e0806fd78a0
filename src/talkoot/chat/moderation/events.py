"""What moderation tells the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class Sanctioned(Value, frozen=True):
    """Somebody was muted, banned or kicked, or that is over; `until` as microseconds since the epoch."""

    user: UUID
    sanction: str
    workspace: UUID
    resource: UUID
    reason: str
    until: int | None = None
    ended: bool = False


class ReportHandled(Value, frozen=True):
    """A moderator has decided on what this user reported."""

    user: UUID
    report: UUID


class AppealDecided(Value, frozen=True):
    """A moderator has decided on an appeal of this user."""

    user: UUID
    appeal: UUID
    workspace: UUID
    state: str
    reason: str


class Reviewed(Value, frozen=True):
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
