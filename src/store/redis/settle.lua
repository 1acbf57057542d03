-- KEYS  intent, sealed, queue of sending
-- ARGV  1 prefix  2 key  3 token  4 state  5 now  6 due  7 error code  8 upstream status  9 retention
--       10 message id or ''  11 its fingerprint or ''
-- Gives {'applied' | 'stale', state as it stands afterwards or ''}.
local prefix, key, token, state, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local retention, message_id = ARGV[9], ARGV[10]

-- state, token, attempt, attempt of the message id, id fingerprint, first time in the new state
local r = call('HMGET', KEYS[1], 's', 'k', 'a', 'w', 'q', state)
if r[2] ~= token then return {'stale', r[1] or ''} end

if r[1] ~= SENDING then
  -- Evidence was faster, or this is the same settlement again after its answer was lost. Whoever made it
  -- still holds the newest claim; all it can add is the message id.
  local settled_by_evidence = r[1] == SENT or r[1] == DELIVERED or r[1] == READ or r[1] == PLAYED or r[1] == FAILED
  if not settled_by_evidence and r[1] ~= state then return {'stale', r[1]} end
  if settled_by_evidence and message_id ~= '' and not r[4] then
    call('HSET', KEYS[1], 'w', r[3])
    local remaining = math.max(call('PTTL', KEYS[1]), 1)
    call('SET', KEYS[2], message_id, 'PX', remaining)
    index_message(prefix, ARGV[11], key, remaining)
  end
  return {'applied', r[1]}
end

call('ZREM', KEYS[3], key)
if is_open(state) then
  call('HSET', KEYS[1], 's', state, 'u', now, 'e', ARGV[7], 'h', ARGV[8], state, r[6] or now, 'd', ARGV[6])
  call('ZADD', prefix .. 'q' .. state, ARGV[6], key)
  return {'applied', state}
end

if message_id ~= '' then
  call('HSET', KEYS[1], 's', state, 'u', now, 'e', ARGV[7], 'h', ARGV[8], state, r[6] or now, 'w', r[3])
  call('SET', KEYS[2], message_id, 'PX', retention)
  index_message(prefix, ARGV[11], key, retention)
else
  call('HSET', KEYS[1], 's', state, 'u', now, 'e', ARGV[7], 'h', ARGV[8], state, r[6] or now)
  call('DEL', KEYS[2])
end
call('PEXPIRE', KEYS[1], retention)
call('PEXPIRE', prefix .. 'n:' .. r[5], retention)
return {'applied', state}
