"""One connection's view of one topic: first it catches up from the log, then it is live."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from talkoot.realtime.early import Early
from talkoot.realtime.frames import text_frame

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection


class Shared(Protocol):
    """What a subscription needs of its topic."""

    id: UUID
    head: int
    position: int

    def has(self, subscription: Subscription) -> bool:
        """Whether it was not unsubscribed, and its connection is open."""
        ...

    def share(self, subscription: Subscription) -> None:
        """Serve it together with the others, as soon as it stands where they stand."""
        ...

    def unshare(self, subscription: Subscription) -> None:
        """Serve it apart."""
        ...


class Subscription:
    """Hands over every event of a topic once and in order, however log and live events arrive.

    `position` is the last event that was handed over; while catching up it may be set to start elsewhere.
    """

    __slots__ = ("_held", "_position", "_topic", "connection", "live", "shared")

    def __init__(self, topic: Shared, connection: Connection, position: int) -> None:
        self._topic = topic
        self.connection = connection
        self.live = False
        self.shared = False
        """Live, and at the topic's own position: then the topic serves it together with all the others."""
        self._position = position
        self._held: Early | None = None

    @property
    def topic(self) -> UUID:
        """What is subscribed to."""
        return self._topic.id

    @property
    def active(self) -> bool:
        """Not unsubscribed, and its connection is open."""
        return self._topic.has(self)

    @property
    def position(self) -> int:
        """The last event that was handed over."""
        return self._topic.position if self.shared else self._position

    @position.setter
    def position(self, seq: int) -> None:
        if self.live:
            raise ValueError("A live subscription moves by its events only")
        self._position = seq

    def replay(self, events: Iterable[tuple[int, bytes]]) -> None:
        """Hand over events that were read from the log, in order; those it had before are left out."""
        if self.live or not self.active:
            return
        for seq, frame in events:
            if seq > self._position:
                self._position = seq
                self.connection.push(text_frame(frame))

    def go_live(self) -> None:
        """Hand over what came in the meantime, then take part in what comes; the topic sees to a hole."""
        if self.live or not self.active:
            return
        self._hand_over_held()
        self.live = True
        self._topic.share(self)

    def suspend(self) -> None:
        """Back to catching up: after a change of access, or a hole; then replay and go_live again."""
        if self.live:
            self._position = self.position
            if self.shared:
                self._topic.unshare(self)
            self.live = False

    def take(self, seq: int, framed: bytes) -> None:
        """An event, when the topic cannot serve this one together with the others."""
        if seq <= self._position:
            return
        if self.live and seq == self._position + 1:
            self._position = seq
            self.connection.push(framed)
            if self._held:
                self._hand_over_held()
        else:
            self._hold(seq, framed)

    def give_held(self) -> Early | None:
        """What came before its turn; from now on the topic keeps it."""
        held, self._held = self._held, None
        return held

    def _hand_over_held(self) -> None:
        if (held := self._held) is None:
            return
        while (framed := held.pop(self._position + 1)) is not None:
            self._position += 1
            self.connection.push(framed)
        held.pass_by(self._position)
        self._held = held or None

    def _hold(self, seq: int, framed: bytes) -> None:
        if self._held is None:
            self._held = Early()
        self._held.keep(seq, framed)
