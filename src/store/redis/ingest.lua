-- KEYS  the queue of accepted (names the slot; the other keys are derived from the prefix)
-- ARGV  1 prefix  2 now  3 dedupe retention  4 event retention  5 intent retention
--       6… eleven for each item: event fingerprint, tenant, sender or '', body,
--          state or '' (no evidence), intent key or '', attempt, error code, message id or '',
--          without a key: fingerprint of the message id, pricing or ''
-- Gives one number for each item: 1 appended + 2 evidence moved an intent + 4 duplicate message
--       + 256 * state before + 65536 * state after.
local prefix, now = ARGV[1], ARGV[2]
local dedupe_ms, event_ms, intent_ms = ARGV[3], ARGV[4], ARGV[5]

-- Stream ids are the caller's time, and rise even where clocks differ or run backwards.
local last_ids = {}

local function split_id(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return {ms = tonumber(ms), seq = tonumber(seq)}
end

local function append(tenant, event, body)
  local stream = prefix .. 'e:' .. tenant
  local last = last_ids[tenant]
  local first_append = not last
  if first_append then
    local newest = call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    last = newest and split_id(newest[1]) or {ms = 0, seq = 0}
  end
  if tonumber(now) > last.ms then
    last = {ms = tonumber(now), seq = 0}
  else
    last = {ms = last.ms, seq = last.seq + 1}
  end
  local id = string.format('%.0f-%.0f', last.ms, last.seq)
  local added = redis.pcall('XADD', stream, id, 'i', event, 'b', body)
  if type(added) == 'table' then
    -- A stream whose entries were all trimmed still remembers a later id; Redis then picks the next one.
    last = split_id(call('XADD', stream, '*', 'i', event, 'b', body))
  end
  last_ids[tenant] = last
  if first_append then
    call('XTRIM', stream, 'MINID', '~', string.format('%.0f', tonumber(now) - tonumber(event_ms)))
    call('PEXPIRE', stream, event_ms)
  end
end

local heard = {}

local function hear(sender)
  if sender == '' or heard[sender] then return end
  heard[sender] = true
  call('SET', prefix .. 'v:' .. sender, now, 'PX', event_ms)
end

-- `was_pending`: it had a place in a queue or waited for a person, and still has its payload.
local function move(key, intent, from, to, was_pending, first, id, code)
  call('HSET', intent, 's', to, 'u', now, to, first or now)
  if code ~= '0' then call('HSET', intent, 'e', code) end
  -- What was final already keeps the end of its retention.
  if was_pending then
    moved(prefix, intent_of(prefix, key), from, to, 0, tonumber(now))
    if from == DEAD then call('ZREM', prefix .. 'dl', key) end
    requeue(prefix, key, from, to)
    call('DEL', prefix .. 's:' .. key)
    remember(prefix, key, id, intent_ms)
  end
end

-- What a status says of an intent. Gives the number to add to the item's answer.
local function apply(to, key, attempt, code, message_id, message, pricing)
  if key == '' then
    key = call('GET', prefix .. 'w:' .. message)
    if not key then return 0 end
    attempt = call('HGET', prefix .. 'i:' .. key, 'w') or attempt
  end
  local intent = prefix .. 'i:' .. key
  -- state, attempt of the message id, id fingerprint, counted as duplicate, first time in `to`, attempt
  local r = call('HMGET', intent, 's', 'w', 'q', 'm' .. attempt, to, 'a')
  local from = r[1]
  if not from then return 0 end
  -- That an earlier attempt failed says nothing of the one that followed it.
  if to == FAILED and tonumber(attempt) < tonumber(r[6]) then return 0 end

  if pricing ~= '' then call('HSET', intent, 'z', pricing) end
  local answer = 0
  if r[2] and r[2] ~= attempt and to ~= FAILED and not r[4] then
    call('HINCRBY', intent, 'p', 1)
    call('HSET', intent, 'm' .. attempt, 1)
    answer = 4
  end
  local moves = string.byte(MAY_MOVE, tonumber(from) * 32 + tonumber(to) + 1) == 49
  local was_pending = is_open(from) or from == UNCONFIRMED or from == DEAD
  if moves then
    move(key, intent, from, to, was_pending, r[5], r[3], code)
    answer = answer + 2 + 256 * tonumber(from) + 65536 * tonumber(to)
  end
  -- The message id takes the payload's place, so only where the payload has been dropped.
  if message_id ~= '' and not r[2] and (moves or not was_pending) then
    call('HSET', intent, 'w', attempt)
    call('SET', prefix .. 's:' .. key, message_id, 'PX', math.max(call('PTTL', intent), 1))
  end
  return answer
end

local answers = {}
for at = 6, #ARGV, 11 do
  local answer = 0
  if call('SET', prefix .. 'd:' .. ARGV[at], 1, 'NX', 'PX', dedupe_ms) then
    append(ARGV[at + 1], ARGV[at], ARGV[at + 3])
    answer = 1
    if ARGV[at + 4] ~= '' then
      answer = 1 + apply(unpack(ARGV, at + 4, at + 10))
      hear(ARGV[at + 2])
    end
  end
  answers[#answers + 1] = answer
end
finish(prefix, tonumber(now))
return answers
