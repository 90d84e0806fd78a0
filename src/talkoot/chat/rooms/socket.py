"""The operations `sub` and `unsub`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.rooms.live import Opened, Wanted
from talkoot.kernel.errors import Invalid, NotFound
from talkoot.realtime.operations import Operation, Ref, Reply

if TYPE_CHECKING:
    from talkoot.chat.rooms.live import LiveRooms
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.subscription import Subscription

ROOMS_A_FRAME = 100


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


def operations(hub: Hub, live: LiveRooms) -> list[Operation]:
    """What rooms can do on the socket."""
    return [
        Operation("sub", Subscribe, partial(_subscribe, hub, live)),
        Operation("unsub", Unsubscribe, partial(_unsubscribe, live)),
    ]


async def _subscribe(hub: Hub, live: LiveRooms, connection: Connection, frame: Subscribe) -> Reply:
    wanted = {want.room: want for want in frame.rooms}
    _within_limits(hub, connection, wanted)
    opened, refused = await live.subscribe(
        connection, [Wanted(want.room, want.since, want.epoch) for want in wanted.values()]
    )
    if refused and not opened:
        raise NotFound("There is no such room")
    told = SubscribedFrame(
        [_told(*each) for each in opened], [Refused(room, NotFound.code) for room in refused]
    )
    return Reply(told, lambda: _go_live(opened))


def _within_limits(hub: Hub, connection: Connection, wanted: dict[UUID, RoomToSubscribe]) -> None:
    if not wanted or len(wanted) > ROOMS_A_FRAME:
        raise Invalid.field("rooms", "out_of_range", f"1 to {ROOMS_A_FRAME} rooms fit into a frame")
    if any(want.since is not None and want.since < 0 for want in wanted.values()):
        raise Invalid.field("since", "out_of_range", "A position is not negative")
    if len(connection.subscriptions.keys() | wanted.keys()) > hub.limits.subscriptions:
        raise Invalid(f"A connection follows at most {hub.limits.subscriptions} rooms", code="too_many")


def _go_live(opened: list[tuple[Subscription, Opened]]) -> None:
    for subscription, _ in opened:
        subscription.go_live()


def _told(subscription: Subscription, how: Opened) -> Subscribed:
    return Subscribed(subscription.topic, how.head.epoch, how.head.head, how.recovered)


async def _unsubscribe(live: LiveRooms, connection: Connection, frame: Unsubscribe) -> None:
    await live.unsubscribe(connection, frame.rooms)
