"""What subscribing to rooms looks like on the socket."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class RoomToSubscribe(msgspec.Struct, frozen=True):
    """A room, and how far it is known; without `since` only what comes from now on is sent."""

    room: UUID
    since: int | None = None
    epoch: UUID | None = None


class Subscribe(msgspec.Struct, frozen=True):
    """Follow rooms; what was missed since the given positions comes first."""

    rooms: list[RoomToSubscribe]
    ref: Ref = None


class Unsubscribe(msgspec.Struct, frozen=True):
    """Follow these rooms no longer."""

    rooms: list[UUID]
    ref: Ref = None


class Subscribed(msgspec.Struct, frozen=True):
    """A room that is followed now: where its log stands, and whether all that was missed came before this."""

    room: UUID
    epoch: UUID
    head: int
    recovered: bool


class Refused(msgspec.Struct, frozen=True):
    """A room that is not followed, and why."""

    room: UUID
    code: str


class SubscribedFrame(msgspec.Struct, frozen=True, tag_field="op", tag="subd"):
    """The answer to `sub`, after what was missed and before what comes live."""

    rooms: list[Subscribed]
    refused: list[Refused] = []
