-- KEYS  intent, sealed, id index, queue of its state
-- ARGV  1 prefix  2 key  3 body  4 payload  5 due  6 '', or the retention of one that is settled at once
--       7… fields and values of the new hash
-- Gives {'new'}, or {'known' | 'body' | 'id', key, fields, message id or ''} of the intent in the way.
local prefix, key = ARGV[1], ARGV[2]

local function found(outcome, other)
  local intent = prefix .. 'i:' .. other
  local message_id = call('HEXISTS', intent, 'w') == 1 and call('GET', prefix .. 's:' .. other) or ''
  return {outcome, other, call('HGETALL', intent), message_id}
end

local body = call('HGET', KEYS[1], 'b')
if body then return found(body == ARGV[3] and 'known' or 'body', key) end

if call('SETNX', KEYS[3], key) == 0 then
  -- An index that points to nothing (its intent's time ended first) is free to be taken.
  local owner = call('GET', KEYS[3])
  if owner ~= key and call('EXISTS', prefix .. 'i:' .. owner) == 1 then return found('id', owner) end
  call('SET', KEYS[3], key)
end

call('HSET', KEYS[1], unpack(ARGV, 7))
if ARGV[6] ~= '' then
  remember(prefix, key, string.sub(KEYS[3], #prefix + 3), ARGV[6])
else
  call('SET', KEYS[2], ARGV[4])
  call('ZADD', KEYS[4], ARGV[5], key)
end
return {'new'}
