"""What the presence of several nodes is in Redis, and the scripts that touch it.

The key is a sorted set of nodes by the time of their last beat. Each has a hash of its users that are there
(`o`nline or `a`way), and a set of users that somebody on it watches; both expire when the beats stop. Times
are those of Redis; a node that has beaten in the future is from before its clock was set back, or nobody. A
key of another type is not ours, and goes.
"""

from __future__ import annotations

_START = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life, me = tonumber(ARGV[1]), ARGV[2]
local function sane(key, kind)
  local found = redis.call('TYPE', key).ok
  if found == kind then return true end
  if found ~= 'none' then redis.call('DEL', key) end
  return false
end
local function users_of(node) return KEYS[1] .. ':users:' .. node end
local function watched_by(node) return KEYS[1] .. ':watched:' .. node end
local function others()
  local found = {}
  if sane(KEYS[1], 'zset') then
    for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now - life, now + life)) do
      if node ~= me then found[#found + 1] = node end
    end
  end
  return found
end
local function beat()
  sane(KEYS[1], 'zset') sane(users_of(me), 'hash') sane(watched_by(me), 'set')
  redis.call('ZADD', KEYS[1], now, me)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 2 * life)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + life), '+inf')
end
local function live()
  redis.call('PEXPIRE', KEYS[1], 2 * life)
  redis.call('PEXPIRE', users_of(me), life)
  redis.call('PEXPIRE', watched_by(me), life)
end
"""

# A sign of life. Answers how many users are known to be there, and to be watched.
BEAT = (
    _START
    + """
beat() live()
return {redis.call('HLEN', users_of(me)), redis.call('SCARD', watched_by(me))}
"""
)

# ARGV[3] is `all` if nothing that was said before holds; then user, state, user, state ... (`-`: not there).
# Answers those of them whom somebody on another node watches.
CHANGE = (
    _START
    + """
beat()
if ARGV[3] == 'all' then redis.call('DEL', users_of(me)) end
local heard, nodes = {}, others()
for n = 4, #ARGV, 2 do
  if ARGV[n + 1] == '-' then redis.call('HDEL', users_of(me), ARGV[n])
  else redis.call('HSET', users_of(me), ARGV[n], ARGV[n + 1]) end
  for _, node in ipairs(nodes) do
    if sane(watched_by(node), 'set') and redis.call('SISMEMBER', watched_by(node), ARGV[n]) == 1 then
      heard[#heard + 1] = ARGV[n]
      break
    end
  end
end
live()
return heard
"""
)

# ARGV[3] as above; then user, `+` or `-`, ...: who is watched on this node, and who no longer.
WATCH = (
    _START
    + """
beat()
if ARGV[3] == 'all' then redis.call('DEL', watched_by(me)) end
for n = 4, #ARGV, 2 do
  redis.call(ARGV[n + 1] == '+' and 'SADD' or 'SREM', watched_by(me), ARGV[n])
end
live()
return 1
"""
)

# ARGV[3] and so on: users. Answers one letter for each: how they are on all other nodes together.
LOOK = (
    _START
    + """
local users, best = {}, {}
for n = 3, #ARGV do users[n - 2] = ARGV[n] best[n - 2] = '-' end
for _, node in ipairs(others()) do
  if sane(users_of(node), 'hash') then
    local states = redis.call('HMGET', users_of(node), unpack(users))
    for n = 1, #users do
      if states[n] == 'o' or (states[n] == 'a' and best[n] == '-') then best[n] = states[n] end
    end
  end
end
return table.concat(best)
"""
)

# The node says goodbye.
LEAVE = (
    _START
    + """
if sane(KEYS[1], 'zset') then redis.call('ZREM', KEYS[1], me) end
redis.call('DEL', users_of(me), watched_by(me))
return 1
"""
)
