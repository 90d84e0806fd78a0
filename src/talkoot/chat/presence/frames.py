"""What presence and typing look like on the socket."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref
from talkoot.realtime.presence import Presence


class Typing(msgspec.Struct, frozen=True):
    """One is writing in a room."""

    room: UUID
    ref: Ref = None


class Watch(msgspec.Struct, frozen=True):
    """Be told of these people's presence, instead of those named before; `state` says how one is oneself."""

    users: list[UUID] | None = None
    state: Literal["online", "away"] | None = None
    ref: Ref = None


class UserStatus(msgspec.Struct, frozen=True):
    """What somebody shows beside their name: a status, and until when they are not to be disturbed.

    What its time has passed is no more: whoever keeps this looks at the times.
    """

    emoji: str | None = None
    text: str | None = None
    until: str | None = None
    quiet_until: str | None = None


NO_STATUS = UserStatus()


class PresenceFrame(msgspec.Struct, frozen=True, tag_field="op", tag="presence"):
    """How these people are; an answer says what those show beside their names who show something."""

    users: dict[UUID, Presence]
    statuses: dict[UUID, UserStatus] = {}


class TypingFrame(msgspec.Struct, frozen=True, tag_field="op", tag="typing"):
    """Somebody is writing in a room."""

    room: UUID
    user: UUID
