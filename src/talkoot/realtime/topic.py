"""A topic serves all its live subscribers together: framed once, joined once, one write each per tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from talkoot.realtime.connection import CHUNK
from talkoot.realtime.subscription import Subscription

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection


class Fan(Protocol):
    """What a topic needs of the hub."""

    def mark(self, topic: Topic) -> None:
        """This topic has something to spread at the end of the tick."""
        ...

    def push_all(self, connections: Mapping[Connection, object], data: bytes, frames: int) -> None:
        """Append joined frames to many connections."""
        ...

    def start_repair(self, subscription: Subscription) -> None:
        """Fill a hole from the log, in the background."""
        ...


class Topic:
    """The subscribers of one topic.

    `shared` are those at `position`: an event for them is appended to one batch, whatever their number. All
    the others, who catch up or are ahead of what the bus brought, are `apart` and served one by one.
    """

    __slots__ = (
        "_batch",
        "_batch_bytes",
        "_hub",
        "apart",
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

    @property
    def unused(self) -> bool:
        """Nobody is here."""
        return not self.subscriptions and not self.watchers

    def has(self, subscription: Subscription) -> bool:
        """Whether it was not unsubscribed, and its connection is open."""
        return self.subscriptions.get(subscription.connection) is subscription

    def subscribe(self, connection: Connection, position: int) -> Subscription:
        """A new subscription, catching up; it replaces an older one, which first gets what it was owed.

        A connection that is closing, perhaps because that was too much for it, gets one that is not active:
        it was detached, and nobody would ever take it out again.
        """
        if connection in self.shared:
            self.spread()
        self.unsubscribe(connection)
        subscription = Subscription(self, connection, position)
        if not connection.closing:
            self.subscriptions[connection] = self.apart[connection] = subscription
        return subscription

    def unsubscribe(self, connection: Connection) -> None:
        """Nothing more of this topic is handed over, not even what is in this tick's batch."""
        if self.subscriptions.pop(connection, None) is not None:
            self.shared.pop(connection, None)
            self.apart.pop(connection, None)

    def deliver(self, seq: int, framed: bytes, count: int) -> None:
        """One event for everybody here."""
        if seq > self.head:
            self.head, self.count = seq, count
        if self.shared:
            self._deliver_shared(seq, framed)
        if self.apart:
            for subscription in list(self.apart.values()):
                self._deliver_apart(subscription, seq, framed)

    def share(self, subscription: Subscription) -> None:
        """A live subscription joins the others as soon as it stands where they stand."""
        if not self.shared:
            self.position = subscription.position
        elif subscription.position != self.position:
            return
        self.spread()
        if self.has(subscription):  # else what was handed over, to it or to others, has ended its connection
            del self.apart[subscription.connection]
            self.shared[subscription.connection] = subscription
            subscription.shared = True

    def unshare(self, subscription: Subscription) -> None:
        """A subscription leaves the others, with all that it was owed until now."""
        self.spread()
        subscription.shared = False
        if self.shared.pop(subscription.connection, None) is not None:  # else the batch was too much for it
            self.apart[subscription.connection] = subscription

    def spread(self) -> None:
        """Hand this tick's batch to the connections."""
        if self._batch:
            data = self._batch[0] if len(self._batch) == 1 else b"".join(self._batch)
            frames, self._batch, self._batch_bytes = len(self._batch), [], 0
            self._hub.push_all(self.shared, data, frames)

    def ask_repair(self, subscription: Subscription) -> None:
        """A subscription misses something that only the log still has."""
        self._hub.start_repair(subscription)

    def _deliver_apart(self, subscription: Subscription, seq: int, framed: bytes) -> None:
        try:
            subscription.take(seq, framed)
            if subscription.live:
                self.share(subscription)
        except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
            subscription.connection.fail()

    def _deliver_shared(self, seq: int, framed: bytes) -> None:
        if seq == self.position + 1:
            self.position = seq
            if not self._batch:
                self._hub.mark(self)
            self._batch.append(framed)
            self._batch_bytes += len(framed)
            if self._batch_bytes > CHUNK:
                self.spread()
        elif seq > self.position:
            for subscription in list(self.shared.values()):
                subscription.suspend()
                self.ask_repair(subscription)
