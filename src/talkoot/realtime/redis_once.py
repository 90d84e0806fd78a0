"""Things that may be used once, on any of several processes.

What was used is remembered in Redis, which may forget it: it is emptied, restarted, or a replica takes over
that had not heard of the last uses. So a mark is made of a name that is kept beside the uses and goes with
them; of the name that a primary has for what it replicates, which is another one after each take-over and
start; and of the time, by the clock by which uses expire. What carries another mark, or is too old or too
young by that clock, is refused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.redis import RedisTrouble
from talkoot.realtime.tickets import forgotten

if TYPE_CHECKING:
    from talkoot.kernel.redis_calls import Argument, RedisCalls

LIFE = 86_400_000
"""Milliseconds that the name beside the uses is kept: longer than anything is accepted."""

_START = """
local function name(key)
  local found = redis.pcall('GET', key)
  if type(found) == 'table' then redis.call('DEL', key) return nil end
  return found
end
local function memory(name)
  return name .. '-' .. string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
# ARGV: a name to begin with, milliseconds to keep it. Answers the memory and the moment.
_MARK = (
    _START
    + """
local found = name(KEYS[1]) or ARGV[1]
redis.call('SET', KEYS[1], found, 'PX', ARGV[2])
return {memory(found), string.format('%.0f', now)}
"""
)
# ARGV: the memory and the moment of the mark, milliseconds after it, a name of this request. Answers whether
# it was used here and now: 1, or before: 0; -1 if that is not known.
_USE = (
    _START
    + """
local found, at, life = name(KEYS[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not found or memory(found) ~= ARGV[1] then return -1 end
if now < at - 1000 or now > at + life then return -1 end
local before = redis.pcall('SET', KEYS[2], ARGV[4], 'NX', 'GET', 'PX', string.format('%.0f', 2 * life + 2000))
if type(before) == 'table' then return before.err and string.find(before.err, 'WRONGTYPE') and 0 or before end
if not before or before == ARGV[4] then return 1 end
return 0
"""
)


class RedisOnce:
    """Remembers in Redis; while that is away nothing can be used, for nobody knows what was."""

    def __init__(self, calls: RedisCalls, prefix: str) -> None:
        self._calls = calls
        self._prefix = prefix
        self._name = f"{prefix}memory"

    async def mark(self) -> str:
        """What stands for this memory at this moment; Unavailable while Redis is away."""
        memory, moment = await self._ask(_MARK, 1, self._name, os.urandom(8).hex(), LIFE)
        return f"{memory.decode()}-{int(moment)}"

    async def use(self, token_id: str, ttl: float, mark: str) -> bool:
        """True for exactly one caller within `ttl` seconds; Unavailable if Redis is away or has forgotten."""
        memory, _, moment = mark.rpartition("-")
        key, mine, life = f"{self._prefix}once:{token_id}", os.urandom(8), max(1, round(ttl * 1000))
        used = await self._ask(_USE, 2, self._name, key, memory, moment, life, mine)
        if used < 0:
            raise forgotten()
        return bool(used)

    async def _ask(self, script: str, *arguments: Argument) -> Any:
        try:
            return await self._calls.ask("EVAL", script, *arguments)
        except RedisTrouble as trouble:
            self._calls.alone["once"] += 1
            raise Unavailable("What was used can not be looked up right now", retry_after=1.0) from trouble
