"""Time, injectable: microseconds since the epoch for what is stored, monotonic seconds for waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where the program gets its time from."""

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


def rfc3339(moment: int) -> str:
    """`2026-01-02T03:04:05.000006Z` for microseconds since the epoch (RFC 3339, UTC)."""
    seconds, micros = divmod(moment, SECOND)
    return f"{_to_the_second(seconds)}.{micros:06d}Z"


def rfc3339_or_none(moment: int | None) -> str | None:
    """The same of a moment that may not have come."""
    return None if moment is None else rfc3339(moment)


@lru_cache(maxsize=64)  # what is stored together was mostly written in the same second
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def from_datetime(moment: datetime) -> int:
    """Microseconds since the epoch; what has no zone is UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def from_text(moment: str) -> int:
    """The same of a moment in ISO 8601. ValueError if it is none."""
    return from_datetime(datetime.fromisoformat(moment))


def to_datetime(moment: int) -> datetime:
    """An aware UTC datetime for microseconds since the epoch."""
    return _EPOCH + timedelta(microseconds=moment)
