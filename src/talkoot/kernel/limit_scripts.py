"""How Redis counts, in two scripts: a bucket and a window, each in one key that expires.

A bucket is kept as what is missing from it at a moment, times `limit`: everything is whole and below 2^53,
which is as far as Lua counts exactly. Times are those of the Redis server. The last eight requests that were
counted are remembered with the count: one that arrives again is not counted again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from talkoot.kernel.rate_limits import Rule

Mode = Literal["hit", "check", "add"]

_READ = """
local function kept()  -- the state of the key; what is no string is somebody else's, and goes
  local found = redis.pcall('GET', KEYS[1])
  if type(found) == 'table' then redis.call('DEL', KEYS[1]) return '' end
  return found or ''
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
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, period, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local cost, id, mode = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local old = kept()
"""
_BUCKET = (
    _READ
    + """
local full, missing, ids = capacity * period, 0, ''
if #old >= 16 then
  local at, before = struct.unpack('>dd', old)
  missing = math.max(0, before - math.max(0, now - at) * limit)
  ids = string.sub(old, 17)
end
if counted(ids, id) then
  missing = missing - cost * period
else
  local new = missing + cost * period
  if mode == 'add' then new = math.min(new, full) end
  if mode ~= 'check' and new <= full then
    if new > 0 then keep(struct.pack('>dd', now, new), ids, id, new / limit)
    else redis.call('DEL', KEYS[1]) end
  end
end
return {string.format('%.0f', now), string.format('%.0f', missing)}
"""
)
_WINDOW = (
    _READ
    + """
local elapsed = now % period
local number = (now - elapsed) / period
local current, previous, ids = 0, 0, ''
if #old >= 24 then
  local window, count, before = struct.unpack('>ddd', old)
  ids = string.sub(old, 25)
  if window == number then current, previous = count, before
  elseif window >= number - 1 then previous = count end
end
if counted(ids, id) then
  current = current - cost
elseif mode ~= 'check' then
  local free = limit * period - previous * (period - elapsed) - current * period
  if cost * period <= free then
    local life = (number + 2) * period - now
    keep(struct.pack('>ddd', number, current + cost, previous), ids, id, life)
  end
end
return {string.format('%.0f', now), string.format('%.0f', number),
  string.format('%.0f', current), string.format('%.0f', previous)}
"""
)


def count_command(prefix: str, key: str, rule: Rule, cost: int, mode: Mode) -> tuple[bytes | str | int, ...]:
    """The command that counts; `check` only looks, `add` counts what was let through already.

    It answers the moment and what stood there before: what a bucket misses, or the number of the window and
    the counts of this one and of the one before. Sent again, the same command does not count again.
    """
    script = _BUCKET if rule.kind == "bucket" else _WINDOW
    name = f"{prefix}limit:{rule.name}:{key}"
    request = os.urandom(8)
    return ("EVAL", script, 1, name, rule.limit, rule.period, rule.capacity, cost, request, mode)
