"""Redis: there, able to do what is needed, and keeping what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.redis import RedisAway, RedisTrouble, asking_redis, require_redis, where
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from talkoot.settings import Settings

_NEARLY_FULL = 0.9


async def redis(settings: Settings) -> AsyncIterator[Finding]:
    """What several servers tell each other through answers, and can do what is needed."""
    if not settings.clustered:
        return
    try:
        brand = await require_redis(settings.redis_url)
    except RedisAway as away:
        yield Finding(
            "fail", "redis", f"{where(settings.redis_url)}: {away}; the servers hear each other late"
        )
    except SettingsError as error:
        yield Finding("fail", "redis", str(error))
    else:
        yield Finding("ok", "redis", f"{brand} answers at {where(settings.redis_url)}")
        yield await _memory(settings.redis_url)


async def _memory(url: str) -> Finding:
    """What is in Redis must not be thrown out behind our back to make room."""
    try:
        async with asking_redis(url) as client:
            info = await client.execute_command("INFO", "memory")
    except RedisTrouble as trouble:
        return Finding("warn", "memory", f"Redis does not tell how full it is: {trouble}")
    most, used, policy = int(info["maxmemory"]), int(info["used_memory"]), str(info["maxmemory_policy"])
    said = (
        f"Redis uses {used / 1e6:.0f} MB of {f'{most / 1e6:.0f} MB' if most else 'what there is'}, {policy}"
    )
    if policy != "noeviction":
        return Finding("warn", "memory", f"{said}: limits and sign-ins may vanish; set it to noeviction")
    if most and used > most * _NEARLY_FULL:
        return Finding("warn", "memory", f"{said}: raise maxmemory before it refuses to write")
    return Finding("ok", "memory", said)
