"""A topic serves all its live subscribers together: framed once, joined once, one write each per tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from talkoot.realtime.carousel import Carousel
from talkoot.realtime.connection import CHUNK
from talkoot.realtime.early import Early
from talkoot.realtime.subscription import Subscription

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.counters import Counters


LARGE = 200
"""More subscribers than this are not all written to within one tick, for that takes longer than 1 ms."""


class Fan(Protocol):
    """What a topic needs of the hub."""

    counters: Counters

    def mark(self, topic: Topic) -> None:
        """This topic has something to spread at the end of the tick."""
        ...

    def push_all(self, connections: Mapping[Connection, object], data: bytes) -> None:
        """Append joined frames to some connections."""
        ...

    def miss(self, topic: Topic) -> None:
        """Somebody here waits for what was told of, but did not come."""
        ...


class Topic:
    """The subscribers of one topic.

    `shared` are those at `position`: an event for them is appended to one batch, whatever their number. All
    the others, who catch up or are ahead of what the bus brought, are `apart` and served one by one. What
    comes before its turn is kept; what is missing is read from the log once, for all who wait for it.
    """

    __slots__ = (
        "_batch",
        "_batch_bytes",
        "_early",
        "_hub",
        "apart",
        "carousel",
        "count",
        "head",
        "id",
        "position",
        "shared",
        "subscriptions",
        "watchers",
    )

    def __init__(self, hub: Fan, topic: UUID) -> None:
        self._hub = hub
        self.id = topic
        self.head = 0
        self.count = 0
        self.position = 0
        self.subscriptions: dict[Connection, Subscription] = {}
        self.shared: dict[Connection, Subscription] = {}
        self.apart: dict[Connection, Subscription] = {}
        self.watchers: set[Connection] = set()
        self._batch: list[bytes] = []
        self._batch_bytes = 0
        self._early = Early()
        self.carousel: Carousel | None = None
        """While there are many: they get their turns, one after the other."""

    @property
    def unused(self) -> bool:
        """Nobody is here."""
        return not self.subscriptions and not self.watchers

    @property
    def hole(self) -> int | None:
        """The lowest position behind which somebody live misses something; None if nobody does."""
        positions = [each.position for each in self._waiting_apart()]
        if self.shared and self.position < self.head:
            positions.append(self.position)
        return min(positions, default=None)

    def waiting(self) -> list[Subscription]:
        """Those who are live, and have not got everything that was told of."""
        apart = self._waiting_apart()
        return apart if self.position >= self.head else [*self.shared.values(), *apart]

    def tells(self, connection: Connection) -> bool:
        """Whether this connection is told now what happens here, or at least how far it reaches."""
        subscription = self.subscriptions.get(connection)
        return connection in self.watchers or (subscription is not None and subscription.live)

    def has(self, subscription: Subscription) -> bool:
        """Whether it was not unsubscribed, and its connection is open."""
        return self.subscriptions.get(subscription.connection) is subscription

    def subscribe(self, connection: Connection, position: int) -> Subscription:
        """A new subscription, catching up; it replaces an older one, which first gets what it was owed.

        A connection that is closing, perhaps because that was too much for it, gets one that is not active:
        it was detached, and nobody would ever take it out again.
        """
        if (known := self.shared.get(connection)) is not None:
            self._settle(known)
        self.unsubscribe(connection)
        subscription = Subscription(self, connection, position)
        if not connection.closing:
            self.subscriptions[connection] = self.apart[connection] = subscription
        return subscription

    def unsubscribe(self, connection: Connection) -> None:
        """Nothing more of this topic is handed over, not even what is in this tick's batch."""
        if self.subscriptions.pop(connection, None) is not None:
            self.apart.pop(connection, None)
            if (shared := self.shared.pop(connection, None)) is not None:
                self._left(shared)

    def deliver(self, seq: int, framed: bytes, count: int) -> None:
        """One event for everybody here."""
        if seq > self.head:
            self.head, self.count = seq, count
        if self.shared:
            self._deliver_shared(seq, framed)
        if self.apart:
            for subscription in list(self.apart.values()):
                self._deliver_apart(subscription, seq, framed)

    def stands_at(self, seq: int, count: int) -> None:
        """The log reaches as far as this, whether its events came or not."""
        if seq > self.head:
            self.head, self.count = seq, count
            if self.hole is not None:
                self._hub.miss(self)

    def step_back(self, seq: int, count: int) -> list[Subscription]:
        """The log ends here, whatever was told; those who are beyond."""
        self.head, self.count = seq, count
        self._early.clear()
        for subscription in self.subscriptions.values():
            subscription.give_held()
        if self.hole is not None:
            self._hub.miss(self)
        return [each for each in self.subscriptions.values() if each.position > seq]

    def share(self, subscription: Subscription) -> None:
        """A live subscription joins the others as soon as it stands where they stand."""
        if not self.shared:
            self.position = subscription.position
            self._early.pass_by(self.position)
        elif subscription.position != self.position:
            if subscription.position < self.head:
                self._hub.miss(self)
            return
        self.spread()
        if self.has(subscription):  # else what was handed over, to it or to others, has ended its connection
            del self.apart[subscription.connection]
            self.shared[subscription.connection] = subscription
            subscription.shared = True
            self._joined(subscription)
            if (held := subscription.give_held()) is not None:
                self._early.take_over(held)
            self._go_on()

    def unshare(self, subscription: Subscription) -> None:
        """A subscription leaves the others, with all that it was owed until now."""
        self._settle(subscription)
        subscription.shared = False
        if self.shared.pop(subscription.connection, None) is not None:  # else what it was owed was too much
            self.apart[subscription.connection] = subscription
            self._left(subscription)

    def spread(self) -> None:
        """Hand this tick's batch to the connections, or have it handed to them when it is their turn."""
        if not self._batch:
            return
        data = self._batch[0] if len(self._batch) == 1 else b"".join(self._batch)
        frames, self._batch, self._batch_bytes = len(self._batch), [], 0
        self._hub.counters.deliveries += frames * len(self.shared)
        if self.carousel is not None:
            self.carousel.add(data)
        else:
            self._hub.push_all(self.shared, data)

    def _settle(self, subscription: Subscription) -> None:
        """Hand this one all that it is owed now."""
        self.spread()
        if self.carousel is not None:
            self.carousel.settle(subscription)

    def _joined(self, subscription: Subscription) -> None:
        if self.carousel is not None:
            self.carousel.join(subscription)
        elif len(self.shared) > LARGE:
            self.carousel = Carousel(self._hub.counters)
            for each in self.shared.values():
                self.carousel.join(each)

    def _left(self, subscription: Subscription) -> None:
        if self.carousel is not None:
            self.carousel.leave(subscription)
            if len(self.shared) <= LARGE // 2:
                last, self.carousel = self.carousel, None  # whom this ends must not finish it again
                last.finish()

    def _waiting_apart(self) -> list[Subscription]:
        return [each for each in self.apart.values() if each.live and each.position < self.head]

    def _deliver_apart(self, subscription: Subscription, seq: int, framed: bytes) -> None:
        try:
            subscription.take(seq, framed)
            if subscription.live:
                self.share(subscription)
        except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
            subscription.connection.fail()

    def _deliver_shared(self, seq: int, framed: bytes) -> None:
        if seq == self.position + 1:
            self._append(seq, framed)
        elif seq > self.position:
            self._early.keep(seq, framed)
        if self.position < self.head:
            self._go_on()

    def _go_on(self) -> None:
        """With what came early, as far as that goes without a hole."""
        while (framed := self._early.pop(self.position + 1)) is not None:
            self._append(self.position + 1, framed)
        if self.position < self.head:
            self._hub.miss(self)

    def _append(self, seq: int, framed: bytes) -> None:
        self.position = seq
        if not self._batch:
            self._hub.mark(self)
        self._batch.append(framed)
        self._batch_bytes += len(framed)
        if self._batch_bytes > CHUNK:
            self.spread()
