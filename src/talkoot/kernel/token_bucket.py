"""A token bucket in one number: when it would be full again if nothing more were taken (GCRA)."""

from __future__ import annotations

_ROUNDING = 1e-9


class TokenBucket:
    """Lets `burst` through at once and `rate` a second in the long run; a rate of 0 is no limit."""

    __slots__ = ("_full_at",)

    def __init__(self) -> None:
        self._full_at = 0.0

    def take(self, now: float, rate: float, burst: int) -> float:
        """Take one token: 0.0 if there was one, else in how many seconds there will be."""
        if not rate:
            return 0.0
        interval = 1.0 / rate
        full_at = max(self._full_at, now) + interval
        wait = full_at - now - burst * interval
        if wait > _ROUNDING:
            return wait
        self._full_at = full_at
        return 0.0

    def owe(self, seconds: float, now: float) -> None:
        """At least as many seconds from now it is full again."""
        self._full_at = max(self._full_at, now + seconds)

    def is_full(self, now: float) -> bool:
        """Nothing is missing: forgetting this bucket changes nothing."""
        return self._full_at <= now
