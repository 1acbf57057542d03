-- KEYS  any of the partition (names the slot; the others are derived from the prefix)
-- ARGV  1 prefix  2 now  3 end of a lease given now  4… for each intent:
--       0 key  1 body  2 payload  3 due  4 '', or the retention of one that is settled at once
--       5 mode: 'queue', 'now' or 'refuse'  6 sender  7 recipient or ''  8 '1': high priority  9 expiry or ''
--       10 tenant  11 limits  12 credential or ''  13 fingerprint of its id
--       14 how many arguments follow: fields and values of the new hash as it is when nothing holds it, the
--       state's time last
-- Gives for each {'new'}, {'waits', due, hold}, {'refused', due, hold}, or
-- {'known' | 'body' | 'id', key, fields, message id or ''} of the intent in the way.
local prefix, now, lease_end = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local function found(outcome, other)
  local intent = prefix .. 'i:' .. other
  local message_id = call('HEXISTS', intent, 'w') == 1 and call('GET', prefix .. 's:' .. other) or ''
  return {outcome, other, call('HGETALL', intent), message_id}
end

local function text(number)
  return string.format('%.0f', number)
end

-- Others of the sender wait for its pace: who comes now must not pass them.
local function others_wait(sender, intent)
  if sender.limits.rate == 0 or sender.a <= now then return false end
  local function due(high)
    return call('ZCOUNT', queue_of(prefix, intent.sender, high), '-inf', now) > 0
  end
  return due(true) or (not intent.high and due(false))
end

local function claim(at)
  local key, due, mode, retention = ARGV[at], tonumber(ARGV[at + 3]), ARGV[at + 5], ARGV[at + 4]
  local hash, sealed, id_index = prefix .. 'i:' .. key, prefix .. 's:' .. key, prefix .. 'n:' .. ARGV[at + 13]
  local body = call('HGET', hash, 'b')
  if body then return found(body == ARGV[at + 1] and 'known' or 'body', key) end

  if call('SETNX', id_index, key) == 0 then
    -- An index that points to nothing (its intent's time ended first) is free to be taken.
    local owner = call('GET', id_index)
    if owner ~= key and call('EXISTS', prefix .. 'i:' .. owner) == 1 then return found('id', owner) end
    call('SET', id_index, key)
  end

  local fields = {unpack(ARGV, at + 15, at + 14 + ARGV[at + 14])}
  if retention ~= '' then
    call('HSET', hash, unpack(fields))
    remember(prefix, key, ARGV[at + 13], retention)
    return {'new'}
  end

  local sender = sender_of(prefix, ARGV[at + 6])
  adopt(sender, ARGV[at + 10], ARGV[at + 11], ARGV[at + 12])
  local intent = {key = key, sender = ARGV[at + 6], recipient = ARGV[at + 7], high = ARGV[at + 8] == '1',
                  expires = ARGV[at + 9] ~= '' and ARGV[at + 9], hold = NONE}
  local at_once = mode ~= 'queue'
  local from = at_once and math.min(due, now) or due
  local ready, hold = sender_opening(prefix, sender, now)
  if mode == 'refuse' and (hold == BREAKER or hold == STOPPED) then
    call('DEL', id_index)
    return {'refused', text(ready >= NEVER and now + STOPPED_RETRY or to_time(ready)), hold}
  end
  if hold == NONE and others_wait(sender, intent) then hold = SENDER_PACE end

  local seat = find_seat(prefix, intent, from, now)
  take_seat(intent, seat)
  local why = seat.hold ~= NONE and seat.hold or hold
  call('SET', sealed, ARGV[at + 2])

  if at_once and why == NONE then
    call('HSET', hash, unpack(fields))
    call('ZADD', prefix .. 'q' .. SENDING, lease_end, key)
    start_sender(prefix, sender, key, lease_end, now)
    if seat.pair then start_pair(seat.pair, sender.limits, now) end
    return {'new'}
  end

  if from > now then why = NONE end
  if why ~= NONE and not seat.blocked then
    due = math.max(due, seat.ready, ready < NEVER and to_time(ready) or 0)
  end
  fields[#fields - 1] = ACCEPTED
  for _, more in ipairs({'s', ACCEPTED, 'a', 0, 'k', 0, 'd', text(due)}) do fields[#fields + 1] = more end
  if why ~= NONE then
    fields[#fields + 1] = 'v'
    fields[#fields + 1] = why
  end
  call('HSET', hash, unpack(fields))
  call('ZADD', prefix .. 'q' .. ACCEPTED, due, key)
  enqueue(prefix, intent, seat.ready)
  return {'waits', text(due), why}
end

local answers = for_each_item(4, function(at) return 15 + ARGV[at + 14] end, claim)
finish(prefix, now)
return answers
