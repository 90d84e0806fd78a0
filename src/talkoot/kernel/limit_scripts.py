"""How Redis counts, in two scripts: a bucket and a window, each in one key that expires.

A bucket is kept as what is missing from it at a moment, times `limit`: everything is whole and below 2^53,
which is as far as Lua counts exactly. Times are those of the Redis server. The last eight requests that were
counted are remembered with the count: one that arrives again is not counted again.

What stands in Redis may be anybody's, or from before the clock was set back. What makes no sense is as good
as nothing, no count is more than the limit, and what is from the future is from now: so nobody is free for
ever, and nobody waits longer than if everything had been used up just now.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from talkoot.kernel.limit_book import Rule

Mode = Literal["hit", "check", "add"]

_READ = """
local odd = 0  -- whether what stood there is none of our doing
local function kept(size)  -- the state of the key; what has not its form is somebody else's
  local found = redis.pcall('GET', KEYS[1])
  if type(found) == 'table' then redis.call('DEL', KEYS[1]) odd = 1 return nil end
  if not found then return nil end
  if #found < size or #found > size + 64 then odd = 1 return nil end
  return found
end
local function sane(number, most)  -- NaN is not even what it is
  if number == number and number >= 0 and number <= most then return number end
  odd = 1
  return number == number and number > 0 and most or 0
end
local function counted(ids, id)
  for at = 1, #ids, 8 do
    if string.sub(ids, at, at + 7) == id then return true end
  end
  return false
end
local function keep(state, ids, id, micros)
  local life = math.ceil(micros / 1000) + 2000
  redis.call('SET', KEYS[1], state .. string.sub(id .. ids, 1, 64), 'PX', string.format('%.0f', life))
end
local FAR = 9007199254740992
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, period, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local cost, id, mode = tonumber(ARGV[4]), ARGV[5], ARGV[6]
"""
_BUCKET = (
    _READ
    + """
local full, missing, ids = capacity * period, 0, ''
local old = kept(16)
if old then
  local at, before = struct.unpack('>dd', old)
  at, before = sane(at, FAR), math.min(sane(before, FAR), full)
  ids = string.sub(old, 17)
  if at > now + 1000000 then
    at = now
    keep(struct.pack('>dd', at, before), ids, '', before / limit)
  end
  missing = math.max(0, before - math.max(0, now - at) * limit)
end
if counted(ids, id) then
  missing = math.max(0, missing - cost * period)
else
  local new = missing + cost * period
  if mode == 'add' then new = math.min(new, full) end
  if mode ~= 'check' and new <= full then
    if new > 0 then keep(struct.pack('>dd', now, new), ids, id, new / limit)
    else redis.call('DEL', KEYS[1]) end
  end
end
return {string.format('%.0f', now), odd, string.format('%.0f', missing)}
"""
)
_WINDOW = (
    _READ
    + """
local elapsed = now % period
local number = (now - elapsed) / period
local current, previous, ids = 0, 0, ''
local old = kept(24)
if old then
  local window, count, before = struct.unpack('>ddd', old)
  window = sane(window, FAR)
  count, before = math.min(sane(count, FAR), limit), math.min(sane(before, FAR), limit)
  ids = string.sub(old, 25)
  if window > number then
    window, before = number - 1, 0
    keep(struct.pack('>ddd', window, count, before), ids, '', (number + 1) * period - now)
  end
  if window == number then current, previous = count, before
  elseif window == number - 1 then previous = count end
end
if counted(ids, id) then
  current = math.max(0, current - cost)
elseif mode ~= 'check' then
  local free = limit * period - previous * (period - elapsed) - current * period
  if cost * period <= free then
    local life = (number + 2) * period - now
    keep(struct.pack('>ddd', number, math.max(0, current + cost), previous), ids, id, life)
  end
end
return {string.format('%.0f', now), odd, string.format('%.0f', number),
  string.format('%.0f', current), string.format('%.0f', previous)}
"""
)


def count_command(prefix: str, key: str, rule: Rule, cost: int, mode: Mode) -> tuple[bytes | str | int, ...]:
    """The command that counts; `check` only looks, `add` counts what was let through already.

    It answers the moment, 1 if something else stood there, and what stood there before: what a bucket misses,
    or the number of the window and the counts of this one and of the one before. Sent again, the same command
    does not count again.
    """
    script = _BUCKET if rule.kind == "bucket" else _WINDOW
    name = f"{prefix}limit:{rule.name}:{key}"
    request = os.urandom(8)
    return ("EVAL", script, 1, name, rule.limit, rule.period, rule.capacity, cost, request, mode)
