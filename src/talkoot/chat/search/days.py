"""Days in queries, as the searcher's calendar has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from talkoot.chat.search.language import refused

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def span_of(day: str, zone: str | None) -> tuple[int, int]:
    """The first moment of a day, and that of the next one, in microseconds since 1970. Invalid for no day."""
    try:
        first = date.fromisoformat(day)
        following = first + timedelta(days=1)
    except (ValueError, OverflowError):
        raise refused("date", f"{day!r} is no date: write it like 2026-12-31") from None
    return _moment(first, zone), _moment(following, zone)


def _moment(day: date, zone: str | None) -> int:
    try:
        place = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    begin = datetime(day.year, day.month, day.day, tzinfo=place)
    return max(0, (begin - _EPOCH) // _MICROSECOND)
