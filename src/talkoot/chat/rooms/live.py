"""Rooms on the socket: subscribing with resume, holes filled from the log, and access that ends at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import field
from msgspec.structs import replace

from talkoot.chat.access.looking import look_at_each
from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.rooms.opening import Behind, Look, Opened, OpenRequest, RoomRequest, look_behind, open_rooms
from talkoot.chat.rooms.wire import event_message
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.log import events_after
from talkoot.kernel.together import Together
from talkoot.kernel.values import State
from talkoot.realtime.close_codes import CloseCode

if TYPE_CHECKING:
    from talkoot.chat.access.events import AccessChanged
    from talkoot.kernel.log import Event
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Listener
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.subscription import Subscription

AT_ONCE = 128  # rooms in one reading: bounds for how long a storm of subs keeps the event loop
_FILLED = 500  # events of one room in one reading, when the bus lost something
_ROUNDS = 10  # of reading again because access has changed in the meantime


class Follower(State):
    """What is known of one connection: whose turn it is to subscribe, and where each room began."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: dict[UUID, int] = field(default_factory=dict)

    def go_on(self, connection: Connection, want: RoomRequest) -> RoomRequest:
        """From where the connection is, if all since the position asked for was handed over to it."""
        current, began = connection.subscriptions.get(want.room), self.began.pop(want.room, None)
        if current is None or began is None or want.since is None:
            return want
        position = current.position
        if not began <= want.since <= position:
            return want
        self.began[want.room] = began
        return replace(want, since=position)


class LiveRooms:
    """Opens subscriptions to rooms, and opens them anew whenever access may have changed."""

    def __init__(self, hub: Hub, uow: UnitOfWork) -> None:
        self._hub = hub
        self._uow = uow
        self.deliver: Listener = hub.receive
        """Where an event goes that was read because the bus lost it."""
        self._workspaces: dict[UUID, UUID] = {}
        self._pending: set[Subscription] = set()
        self._followers: defaultdict[Connection, Follower] = defaultdict(Follower)
        self._opening: Together[OpenRequest, list[Opened | None]] = Together(
            self._open_together, at_once=AT_ONCE, weight=lambda asked: len(asked.rooms)
        )
        self._looking: Together[Look, Behind | None] = Together(self._look_together, at_once=AT_ONCE)
        self._filling: Together[tuple[UUID, int], Sequence[Event]] = Together(
            self._read_missed, at_once=AT_ONCE
        )
        hub.on_close.append(self._forget)

    async def subscribe(
        self, connection: Connection, wanted: Sequence[RoomRequest]
    ) -> tuple[list[tuple[Subscription, Opened]], list[UUID]]:
        """What was opened, to be made live after the reply, and refused rooms; one call after the other.

        Nothing is handed over twice: who follows a room already goes on from where this connection is, if the
        position asked for lies in what was handed over here. Only an earlier one goes back, and repeats.
        """
        async with self._turn_of(connection) as follower:
            going_on = [follower.go_on(connection, want) for want in wanted]
            opened, refused = await self._open_all(connection, going_on)
            for subscription, how in opened:
                follower.began.setdefault(subscription.topic, how.start)
            return opened, refused

    async def unsubscribe(self, connection: Connection, rooms: Sequence[UUID]) -> None:
        """Nothing more of these rooms, whatever was asked for before this."""
        async with self._turn_of(connection):
            for room in rooms:
                self._hub.unsubscribe(connection, room)

    @asynccontextmanager
    async def _turn_of(self, connection: Connection) -> AsyncIterator[Follower]:
        """What one connection asks for is done in its order, or else it would undo itself."""
        follower = self._followers[connection]
        try:
            async with follower.turn:
                yield follower
        finally:
            if connection.closing:  # it may have been forgotten before it got here
                self._forget(connection)

    async def _open_all(
        self, connection: Connection, wanted: Sequence[RoomRequest]
    ) -> tuple[list[tuple[Subscription, Opened]], list[UUID]]:
        """Register first, read second; again for those that an access change between the two concerns."""
        opened: list[tuple[Subscription, Opened]] = []
        refused: list[UUID] = []
        waiting = wanted
        try:
            for _ in range(_ROUNDS):
                if waiting and not connection.closing:
                    opened_now, refused_now, waiting = await self._open_some(connection, waiting)
                    opened += opened_now
                    refused += refused_now
        except BaseException:
            self._close_all(connection, wanted)
            raise
        if waiting and not connection.closing:
            self._close_all(connection, wanted)
            raise Unavailable("Who may read these rooms keeps changing")
        return opened, refused

    def _close_all(self, connection: Connection, wanted: Sequence[RoomRequest]) -> None:
        for want in wanted:  # else they would hold back events for ever
            self._hub.unsubscribe(connection, want.room)

    async def _open_some(
        self, connection: Connection, wanted: Sequence[RoomRequest]
    ) -> tuple[list[tuple[Subscription, Opened]], list[UUID], list[RoomRequest]]:
        registered = [(self._hub.subscribe(connection, want.room), want) for want in wanted]
        answers, overtaken = await self._read(connection, registered)
        opened, refused, again = [], [], []
        for (subscription, want), how in zip(registered, answers, strict=True):
            if how is None:
                refused.append(want.room)
                self._hub.unsubscribe(connection, want.room)
            elif subscription in overtaken:
                again.append(want)
            else:
                opened.append((subscription, how))
                begin(subscription, how)
        return opened, refused, again

    def _forget(self, connection: Connection) -> None:
        self._followers.pop(connection, None)

    async def _read(
        self, connection: Connection, registered: Sequence[tuple[Subscription, RoomRequest]]
    ) -> tuple[list[Opened | None], set[Subscription]]:
        """How each begins, and those that an access change has overtaken meanwhile."""
        pending = {subscription for subscription, _ in registered}
        self._pending |= pending
        try:
            actor = actor_of(connection)
            asked = OpenRequest(actor.user, [want for _, want in registered], actor.limits)
            answers = await self._opening.ask(asked)
            return answers, pending - self._pending
        finally:
            self._pending -= pending

    async def _open_together(self, asked: Sequence[OpenRequest]) -> list[list[Opened | None]]:
        async with self._uow.read() as read:
            answers = await open_rooms(read, asked)
        for opened in answers:
            self._workspaces |= {how.head.log: how.workspace for how in opened if how is not None}
        return answers

    async def _look_together(self, looks: Sequence[Look]) -> list[Behind | None]:
        async with self._uow.read() as read:
            return await look_behind(read, looks)

    async def fill(self, room: UUID, position: int) -> None:
        """Deliver what the log has behind a position to all who follow the room live.

        Nobody is asked for their permission: it holds for an event as for one that came over the bus.
        """
        for event in await self._filling.ask((room, position)):
            self.deliver(event_message(event, self._workspaces.get(room)))

    async def _read_missed(self, missed: Sequence[tuple[UUID, int]]) -> list[Sequence[Event]]:
        async with self._uow.read() as read:
            return [await events_after(read, room, position, _FILLED) for room, position in missed]

    async def repair(self, subscription: Subscription) -> None:
        """Go on from the log, to whoever still may read it; tell others that the room is gone."""
        connection, room = subscription.connection, subscription.topic
        while subscription.active and connection.identity is not None:
            look = Look(actor_of(connection).user, room, subscription.position)
            behind = await self._looking.ask(look)
            if behind is None:
                self._gone(subscription)
                return
            subscription.replay(behind.missed)
            if behind.complete:
                subscription.go_live()
                return

    def hold_back(self, change: AccessChanged) -> list[Subscription]:
        """From now on nothing reaches those whom the change may concern, until `look_again` has looked."""
        held = []
        for subscription in self._affected_by(change):
            connection, room = subscription.connection, subscription.topic
            if not subscription.active:  # what one of those before it was owed has ended its connection
                continue
            if subscription in self._pending:
                self._pending.discard(subscription)  # `subscribe` sees it, and reads again
                self._hub.unsubscribe(connection, room)
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
        """Let those go on who still may read; tell the others that the room is gone.

        Who can not be looked up is told nothing: the connection ends, and another one may resume.
        """
        for subscription in await look_at_each(self.repair, held, what="Access to a followed room"):
            if subscription.active:
                subscription.connection.close(CloseCode.INTERNAL)

    def _gone(self, subscription: Subscription) -> None:
        if subscription.active:
            frame = {"op": "gone", "room": subscription.topic, "seq": subscription.position}
            self._hub.unsubscribe(subscription.connection, subscription.topic)
            subscription.connection.send(msgspec.json.encode(frame))


def begin(subscription: Subscription, how: Opened) -> None:
    """Hand over what was missed; the position is then the head that was read."""
    if how.missed:
        subscription.position = how.start
        subscription.replay(how.missed)
    elif subscription.active:
        subscription.position = how.head.head
    if how.reset is not None:
        reset: dict[str, Any] = {"op": "reset", "room": subscription.topic, "reason": how.reset}
        subscription.connection.send(msgspec.json.encode(reset))
