"""What each user may still send, over all their connections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.clock import SECOND
from talkoot.kernel.rate_limits import Rule
from talkoot.kernel.spending import own_share
from talkoot.kernel.token_bucket import TokenBucket

if TYPE_CHECKING:
    from talkoot.kernel.spending import Spending
    from talkoot.realtime.limits import Limits


class _User:
    """What is left here, and what is left of that which no other process is told of."""

    __slots__ = ("bucket", "own")

    def __init__(self) -> None:
        self.bucket, self.own = TokenBucket(), TokenBucket()

    def is_full(self, now: float) -> bool:
        return self.bucket.is_full(now) and self.own.is_full(now)


class UserRates:
    """A bucket for each user who sent something lately; other processes are told of those who send much."""

    def __init__(self, limits: Limits, spending: Spending | None) -> None:
        self._rate, self._burst = limits.user_rate, limits.user_burst
        self._spending = spending
        seconds = self._burst / self._rate if self._rate else 1.0
        self._rule = Rule("socket.user", self._burst, seconds, exact=False)
        self._share = own_share(self._rule)
        self._users: dict[UUID, _User] = {}

    def take(self, user: UUID, now: float) -> float:
        """Take one: 0.0 if there was one, else in how many seconds there will be."""
        if not self._rate:
            return 0.0
        known = self._users.get(user)
        if known is None:
            known = self._users[user] = _User()
        wait = known.bucket.take(now, self._rate, self._burst)
        if not wait and self._spending is not None:
            rate = self._share.limit / self._share.period_seconds
            if known.own.take(now, rate, self._share.capacity):
                self._spending.spend(str(user), self._rule, 1, lambda missing: self._owe(known, missing))
        return wait

    def forget_idle(self, now: float) -> None:
        """Forget who has everything free again."""
        self._users = {user: known for user, known in self._users.items() if not known.is_full(now)}

    def _owe(self, known: _User, missing: int) -> None:
        known.bucket.owe(missing / (self._rule.limit * SECOND), time.monotonic())
