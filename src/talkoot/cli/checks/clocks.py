"""The clocks of all machines that keep time for each other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.clock import SECOND
from talkoot.kernel.database import opened_database
from talkoot.kernel.moments import current_moment
from talkoot.kernel.redis import RedisTrouble, asking_redis
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from talkoot.settings import Settings

_SKEWED, _WRONG = 2.0, 30.0  # seconds; tokens bear 60


async def clocks(settings: Settings) -> AsyncIterator[Finding]:
    """The clocks of this machine, of PostgreSQL and of Redis agree; who does not answer is told elsewhere."""
    if not settings.embedded and (skew := await _skew_of_database(settings)) is not None:
        yield _agreement("PostgreSQL", skew)
    if settings.clustered and (skew := await _skew_of_redis(settings.redis_url)) is not None:
        yield _agreement("Redis", skew)


def _agreement(who: str, skew: float) -> Finding:
    if abs(skew) <= _SKEWED:
        return Finding("ok", "clock", f"agrees with that of {who} to {max(abs(skew), 0.01):.2f} s")
    way = "ahead of" if skew > 0 else "behind"
    said = f"{who} is {abs(skew):.0f} s {way} this machine: let chrony or systemd-timesyncd set both clocks"
    return Finding("fail" if abs(skew) > _WRONG else "warn", "clock", said)


async def _skew_of_database(settings: Settings) -> float | None:
    try:
        async with opened_database(settings) as opened, opened.reader.connect() as connection:
            await current_moment(connection, 0)  # the first one takes longer, and would look like a skew
            before = time.time()
            there = await current_moment(connection, 0)
            return there / SECOND - (before + time.time()) / 2
    except (DBAPIError, OSError, TimeoutError):
        return None


async def _skew_of_redis(url: str) -> float | None:
    try:
        async with asking_redis(url) as client:
            await client.execute_command("PING")
            before = time.time()
            seconds, micros = await client.execute_command("TIME")
            return float(seconds) + float(micros) / SECOND - (before + time.time()) / 2
    except (RedisTrouble, SettingsError):
        return None
