-- KEYS  intent, sealed
-- ARGV  1 prefix  2 key  3 state to enter  4 now  5 retention  6… states it may be entered from
-- Gives {'done', fields}, {'conflict'} or {'unknown'}.
local prefix, key, to, now, retention = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local r = call('HMGET', KEYS[1], 's', 'q', to, 'a')
local from = r[1]
if not from then return {'unknown'} end

local allowed = false
for n = 6, #ARGV do allowed = allowed or ARGV[n] == from end
if not allowed then return {'conflict'} end

local due, hold = moved(prefix, intent_of(prefix, key), from, to, tonumber(now), tonumber(now))
call('HSET', KEYS[1], 's', to, 'u', now, to, r[3] or now)
requeue(prefix, key, from, to, due)
if is_open(to) then
  call('HSET', KEYS[1], 'd', string.format('%.0f', due), 'v', hold)
  -- What was unconfirmed or dead had a retention; it is open again.
  call('PERSIST', KEYS[1])
  call('PERSIST', KEYS[2])
  call('PERSIST', prefix .. 'n:' .. r[2])
else
  call('DEL', KEYS[2])
  remember(prefix, key, r[2], retention)
end
if from == DEAD then
  -- Redriven: attempts and age count anew.
  call('ZREM', prefix .. 'dl', key)
  call('HSET', KEYS[1], 'g', now, 'j', r[4])
end
finish(prefix, tonumber(now))
return {'done', call('HGETALL', KEYS[1])}
