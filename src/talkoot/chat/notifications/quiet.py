"""When somebody does not want to be disturbed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from talkoot.chat.notifications.zones import zone_named
from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from talkoot.chat.notifications.models import QuietTime

HOUR = 60  # minutes


def is_quiet(times: QuietTime | None, now: int) -> bool:
    """Whether a moment, in microseconds since the epoch, lies in one of these times."""
    if times is None:
        return False
    if times.until is not None and now < times.until:
        return True
    if times.begins is None or times.ends is None:
        return False
    try:
        zone = zone_named(times.timezone)
    except ValueError:  # the machine that stored it knew more
        zone = ZoneInfo("UTC")
    here = datetime.fromtimestamp(now / SECOND, UTC).astimezone(zone)
    minute = here.hour * HOUR + here.minute
    if times.begins <= times.ends:
        return times.begins <= minute < times.ends
    return minute >= times.begins or minute < times.ends
