"""Those who follow a large topic get their turns one after the other, each with all that came since its last.

A message waits for one lap at the most, however many messages come: more of them make a turn's write larger,
and not another round. What two who stand next to each other are owed is nearly always the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from talkoot.realtime.connection import CHUNK

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.counters import Counters
    from talkoot.realtime.subscription import Subscription


class Carousel:
    """Pieces of the topic's stream that not everybody has yet, and how far each subscription has come."""

    __slots__ = ("_begin", "_counters", "_joined", "_joined_at", "_pieces", "_turns")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._pieces: list[bytes] = []
        self._begin = 0  # number of the first piece
        self._turns: OrderedDict[Subscription, int] = OrderedDict()  # who is next, and their next piece
        self._joined_at = -1
        self._joined = b""  # what those are owed who stand there

    @property
    def behind(self) -> bool:
        """Whether somebody is owed something."""
        return bool(self._pieces)

    def join(self, subscription: Subscription) -> None:
        """From now on; what was added before is not for this one."""
        self._turns[subscription] = self._end

    def leave(self, subscription: Subscription) -> None:
        """Without what it is owed."""
        if self._turns.pop(subscription, None) is not None:
            self._forget_what_all_have()

    def settle(self, subscription: Subscription) -> None:
        """Hand over what this one is owed, before its turn."""
        at = self._turns.get(subscription, self._end)
        if at < self._end:
            self._turns[subscription] = self._end
            self._turns.move_to_end(subscription)
            self._hand_over(subscription.connection, at)
            self._forget_what_all_have()

    def add(self, piece: bytes) -> None:
        """Some frames for everybody who is here."""
        if self._turns:
            self._pieces.append(piece)
            self._joined_at = -1

    def go_round(self, turns: int) -> None:
        """So many turns, fewer if all have everything."""
        order, end = self._turns, self._end
        for _ in range(min(turns, len(order))):
            if not order:  # the last ones have left
                break
            subscription, at = order.popitem(last=False)
            if at == end:
                order[subscription] = at
                order.move_to_end(subscription, last=False)
                break
            order[subscription] = end
            self._hand_over(subscription.connection, at)
        self._forget_what_all_have()

    def finish(self) -> None:
        """Hand over to everybody what they are owed, in one go."""
        self.go_round(len(self._turns))

    @property
    def _end(self) -> int:
        return self._begin + len(self._pieces)

    def _hand_over(self, connection: Connection, at: int) -> None:
        try:
            if at != self._joined_at:
                self._join(at)
            data = self._joined
            if connection.out or connection.paused_since or connection.closing or not data:
                pieces = self._pieces[at - self._begin :]
                connection.owe((data,) if data else pieces, len(data) or sum(map(len, pieces)))
            else:  # nearly always
                self._counters.writes += 1
                connection.link.write(data)
        except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
            connection.fail()

    def _join(self, at: int) -> None:
        """What those are owed who stand here: one write, unless it is more than goes out at once."""
        data = b"".join(self._pieces[at - self._begin :])
        self._joined_at, self._joined = at, data if len(data) <= CHUNK else b""

    def _forget_what_all_have(self) -> None:
        """Whoever is next has come least far: turns are taken in the order of the pieces."""
        first = next(iter(self._turns.values())) if self._turns else self._end
        if first > self._begin:
            del self._pieces[: first - self._begin]
            self._begin = first
