"""The operations `sub` and `unsub`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.rooms.frames import (
    Refused,
    RoomToSubscribe,
    Subscribe,
    Subscribed,
    SubscribedFrame,
    Unsubscribe,
)
from talkoot.chat.rooms.opening import RoomRequest
from talkoot.kernel.errors import Invalid, NotFound
from talkoot.realtime.operations import Operation, Reply

if TYPE_CHECKING:
    from talkoot.chat.rooms.live import LiveRooms
    from talkoot.chat.rooms.opening import Opened
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.subscription import Subscription

ROOMS_A_FRAME = 100


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
        connection, [RoomRequest(want.room, want.since, want.epoch) for want in wanted.values()]
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
