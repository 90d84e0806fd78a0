"""Those who follow a large topic get their turns one after the other, each with all that came since its last.

A message waits for one lap at the most, however many messages come: more of them make a turn's write larger,
and not another round. What two who stand next to each other are owed is nearly always the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from talkoot.realtime.connection import CHUNK

if TYPE_CHECKING:
    from talkoot.realtime.counters import Counters
    from talkoot.realtime.subscription import Subscription


class Carousel:
    """Pieces of the topic's stream that not everybody has yet, and how far each subscription has come."""

    __slots__ = ("_begin", "_counters", "_joined", "_pieces", "_turns")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._pieces: list[bytes] = []
        self._begin = 0  # number of the first piece
        self._turns: OrderedDict[Subscription, int] = OrderedDict()  # who is next, and their next piece
        self._joined = (0, 0, b"")

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
            self._hand_over(subscription, at)
            self._forget_what_all_have()

    def add(self, piece: bytes) -> None:
        """Some frames for everybody who is here."""
        if self._turns:
            self._pieces.append(piece)

    def go_round(self, turns: int) -> None:
        """So many turns, fewer if all have everything."""
        for _ in range(min(turns, len(self._turns))):
            if not self._turns:  # the last ones have left
                break
            subscription, at = next(iter(self._turns.items()))
            if at == self._end:
                break
            self._turns[subscription] = self._end
            self._turns.move_to_end(subscription)
            self._hand_over(subscription, at)
        self._forget_what_all_have()

    def finish(self) -> None:
        """Hand over to everybody what they are owed, in one go."""
        self.go_round(len(self._turns))

    @property
    def _end(self) -> int:
        return self._begin + len(self._pieces)

    def _hand_over(self, subscription: Subscription, at: int) -> None:
        connection = subscription.connection
        try:
            data = self._from(at)
            if not connection.out and not connection.paused_since and len(data) <= CHUNK:  # nearly always
                if not connection.closing:
                    self._counters.writes += 1
                    connection.link.write(data)
            else:  # one write, unless it is larger than what goes to the transport at once
                whole = len(data) <= CHUNK
                connection.owe((data,) if whole else self._pieces[at - self._begin :], len(data))
        except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
            connection.fail()

    def _from(self, at: int) -> bytes:
        if self._joined[:2] != (at, self._end):
            pieces = self._pieces[at - self._begin :]
            self._joined = (at, self._end, pieces[0] if len(pieces) == 1 else b"".join(pieces))
        return self._joined[2]

    def _forget_what_all_have(self) -> None:
        """Whoever is next has come least far: turns are taken in the order of the pieces."""
        first = next(iter(self._turns.values())) if self._turns else self._end
        if first > self._begin:
            del self._pieces[: first - self._begin]
            self._begin = first
