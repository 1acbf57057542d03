-- KEYS  intent, sealed, id index
-- ARGV  1 prefix  2 key  3 body  4 payload  5 due  6 '', or the retention of one that is settled at once
--       7 mode: 'queue', 'now' or 'refuse'  8 now  9 end of a lease given now
--       10 sender  11 recipient or ''  12 '1': high priority  13 expiry or ''
--       14 tenant  15 limits  16 credential or ''
--       17… fields and values of the new hash as it is when nothing holds it, the state's time last
-- Gives {'new'}, {'waits', due, hold}, {'refused', due, hold}, or
-- {'known' | 'body' | 'id', key, fields, message id or ''} of the intent in the way.
local prefix, key, mode, now = ARGV[1], ARGV[2], ARGV[7], tonumber(ARGV[8])

local function found(outcome, other)
  local intent = prefix .. 'i:' .. other
  local message_id = call('HEXISTS', intent, 'w') == 1 and call('GET', prefix .. 's:' .. other) or ''
  return {outcome, other, call('HGETALL', intent), message_id}
end

local function text(number)
  return string.format('%.0f', number)
end

local body = call('HGET', KEYS[1], 'b')
if body then return found(body == ARGV[3] and 'known' or 'body', key) end

if call('SETNX', KEYS[3], key) == 0 then
  -- An index that points to nothing (its intent's time ended first) is free to be taken.
  local owner = call('GET', KEYS[3])
  if owner ~= key and call('EXISTS', prefix .. 'i:' .. owner) == 1 then return found('id', owner) end
  call('SET', KEYS[3], key)
end

local fields = {unpack(ARGV, 17)}
if ARGV[6] ~= '' then
  call('HSET', KEYS[1], unpack(fields))
  remember(prefix, key, string.sub(KEYS[3], #prefix + 3), ARGV[6])
  return {'new'}
end

local sender = sender_of(prefix, ARGV[10])
adopt(sender, ARGV[14], ARGV[15], ARGV[16])
local intent = {key = key, sender = ARGV[10], recipient = ARGV[11], high = ARGV[12] == '1',
                expires = ARGV[13] ~= '' and ARGV[13], hold = NONE}

-- Others of the sender wait for its pace: who comes now must not pass them.
local function others_wait()
  if sender.limits.rate == 0 or sender.a <= now then return false end
  local function due(high)
    return call('ZCOUNT', queue_of(prefix, intent.sender, high), '-inf', now) > 0
  end
  return due(true) or (not intent.high and due(false))
end

local at_once = mode ~= 'queue'
local due = tonumber(ARGV[5])
local at = at_once and math.min(due, now) or due
local ready, hold = sender_opening(prefix, sender, now)
if mode == 'refuse' and (hold == BREAKER or hold == STOPPED) then
  call('DEL', KEYS[3])
  finish(prefix, now)
  return {'refused', text(ready >= NEVER and now + STOPPED_RETRY or to_time(ready)), hold}
end
if hold == NONE and others_wait() then hold = SENDER_PACE end

local seat = find_seat(prefix, intent, at, now)
take_seat(intent, seat)
local why = seat.hold ~= NONE and seat.hold or hold
call('SET', KEYS[2], ARGV[4])

if at_once and why == NONE then
  call('HSET', KEYS[1], unpack(fields))
  call('ZADD', prefix .. 'q' .. SENDING, ARGV[9], key)
  start_sender(prefix, sender, key, ARGV[9], now)
  if seat.pair then start_pair(seat.pair, sender.limits, now) end
  finish(prefix, now)
  return {'new'}
end

if at > now then why = NONE end
if why ~= NONE and not seat.blocked then
  due = math.max(due, seat.ready, ready < NEVER and to_time(ready) or 0)
end
fields[#fields - 1] = ACCEPTED
for _, more in ipairs({'s', ACCEPTED, 'a', 0, 'k', 0, 'd', text(due)}) do fields[#fields + 1] = more end
if why ~= NONE then
  fields[#fields + 1] = 'v'
  fields[#fields + 1] = why
end
call('HSET', KEYS[1], unpack(fields))
call('ZADD', prefix .. 'q' .. ACCEPTED, due, key)
enqueue(prefix, intent, seat.ready)
finish(prefix, now)
return {'waits', text(due), why}
