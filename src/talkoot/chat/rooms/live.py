"""Rooms on the socket: subscribing with resume, holes filled from the log, and access that ends at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.permissions import Permission
from talkoot.chat.rooms.wire import event_frame
from talkoot.kernel.log import Event, Head, events_after, heads

if TYPE_CHECKING:
    from talkoot.chat.access.events import AccessChanged
    from talkoot.kernel.transactions import Read
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.subscription import Subscription

log = logging.getLogger("talkoot.rooms")

RECOVERED = 300  # missed events that are sent over the socket; who missed more pages through /events
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room to subscribe to, from a position on; without one, only what comes from now on."""

    room: UUID
    since: int | None = None
    epoch: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """How a subscription begins: where the log stands, and what was missed, if that could be told."""

    head: Head
    missed: Sequence[Event]
    recovered: bool
    reset: str | None = None


class LiveRooms:
    """Opens subscriptions to rooms, and opens them anew whenever access may have changed."""

    def __init__(self, hub: Hub, uow: UnitOfWork) -> None:
        self._hub = hub
        self._uow = uow
        self._workspaces: dict[UUID, UUID] = {}
        self._pending: set[Subscription] = set()

    async def subscribe(
        self, connection: Connection, wanted: Sequence[Wanted]
    ) -> tuple[list[tuple[Subscription, Opened]], list[UUID]]:
        """Register first, read second: what was opened, to be made live after the reply, and refused rooms.

        When access changes between the two, those it concerns are registered and read again.
        """
        opened: list[tuple[Subscription, Opened]] = []
        refused: list[UUID] = []
        waiting = list(wanted)
        while waiting and not connection.closing:
            registered = [(self._hub.subscribe(connection, want.room), want) for want in waiting]
            answers = await self._read(connection, registered)
            waiting = []
            for (subscription, want), how in zip(registered, answers, strict=True):
                if how is None:
                    refused.append(want.room)
                    self._hub.unsubscribe(connection, want.room)
                elif subscription.active:
                    opened.append((subscription, how))
                    begin(subscription, how)
                else:
                    waiting.append(want)
        return opened, refused

    async def _read(
        self, connection: Connection, registered: Sequence[tuple[Subscription, Wanted]]
    ) -> list[Opened | None]:
        assert connection.identity is not None
        pending = {subscription for subscription, _ in registered}
        self._pending |= pending
        try:
            async with self._uow.read() as read:
                known = await heads(read, [want.room for _, want in registered])
                return [
                    await _open(read, want, known[want.room])
                    if await self._may_read(read, connection.identity.user, want.room)
                    else None
                    for _, want in registered
                ]
        finally:
            self._pending -= pending

    async def repair(self, subscription: Subscription) -> None:
        """Fill a hole from the log."""
        position = subscription.position
        while subscription.active:
            async with self._uow.read() as read:
                events = await events_after(read, subscription.topic, position, _PAGE)
            subscription.replay((event.seq, event_frame(event)) for event in events)
            if len(events) < _PAGE:
                subscription.go_live()
                return
            position = events[-1].seq

    def hold_back(self, change: AccessChanged) -> list[Subscription]:
        """From now on nothing reaches those whom the change may concern, until `look_again` has looked."""
        held = []
        for subscription in self._affected_by(change):
            connection, room = subscription.connection, subscription.topic
            if subscription in self._pending:
                self._hub.unsubscribe(connection, room)  # `subscribe` sees it, and reads again
            else:
                held.append(self._hub.subscribe(connection, room, subscription.position))
        return held

    def _affected_by(self, change: AccessChanged) -> list[Subscription]:
        if change.users:
            found = [s for user in change.users for s in self._hub.subscriptions_by(user)]
        else:
            found = [s for room in self._rooms_below(change) for s in self._hub.subscriptions_of(room)]
        return [subscription for subscription in found if self._touches(change, subscription.topic)]

    def _rooms_below(self, change: AccessChanged) -> set[UUID]:
        if change.kind == "room":
            return {change.resource}
        return {*self._workspaces} | {subscription.topic for subscription in self._pending}

    def _touches(self, change: AccessChanged, room: UUID) -> bool:
        if change.kind == "room":
            return room == change.resource
        return self._workspaces.get(room, change.workspace) == change.workspace

    async def look_again(self, held: Sequence[Subscription]) -> None:
        """Let those go on who still may read; tell the others that the room is gone."""
        for subscription in held:
            try:
                await self._look_again(subscription)
            except Exception:
                log.exception("Access could not be looked up again; the subscription ends")
                self._gone(subscription)

    async def _look_again(self, subscription: Subscription) -> None:
        identity = subscription.connection.identity
        if identity is None or not subscription.active:
            return
        async with self._uow.read() as read:
            allowed = await self._may_read(read, identity.user, subscription.topic)
        if allowed:
            await self.repair(subscription)
        else:
            self._gone(subscription)

    def _gone(self, subscription: Subscription) -> None:
        if subscription.active:
            frame = {"op": "gone", "room": subscription.topic, "seq": subscription.position}
            self._hub.unsubscribe(subscription.connection, subscription.topic)
            subscription.connection.send(msgspec.json.encode(frame))

    async def _may_read(self, read: Read, user: UUID, room: UUID) -> bool:
        grants = await grants_of(read, user, room)
        if grants is None or grants.kind != "room" or Permission.ROOM_READ not in grants.permissions:
            return False
        self._workspaces[room] = grants.workspace
        return True


def begin(subscription: Subscription, how: Opened) -> None:
    """Hand over what was missed; the position is then the head that was read."""
    if how.missed:
        subscription.position = how.missed[0].seq - 1
        subscription.replay((event.seq, event_frame(event)) for event in how.missed)
    elif subscription.active:
        subscription.position = how.head.head
    if how.reset is not None:
        reset: dict[str, Any] = {"op": "reset", "room": subscription.topic, "reason": how.reset}
        subscription.connection.send(msgspec.json.encode(reset))


async def _open(read: Read, want: Wanted, head: Head) -> Opened:
    if want.since is None:
        return Opened(head, (), recovered=True)
    if want.epoch is not None and want.epoch != head.epoch:
        return Opened(head, (), recovered=False, reset="epoch")
    if want.since > head.head:
        return Opened(head, (), recovered=False, reset="ahead")
    if head.head - want.since > RECOVERED:
        return Opened(head, (), recovered=False)
    return Opened(head, await events_after(read, want.room, want.since, RECOVERED), recovered=True)
