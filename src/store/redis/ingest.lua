-- KEYS  the queue of accepted (names the slot; the other keys are derived from the prefix)
-- ARGV  1 prefix  2 now  3 dedupe retention  4 event retention  5 intent retention
--       6 how long evidence of an unknown message waits for its intent
--       7 contact retention  8 the time before which contacts are forgotten, or '' for not now
--       9… twelve for each item: event fingerprint, tenant, sender or '', body,
--          who wrote: fingerprints of number and user id (zeros: none) and 13 digits of the time, of each,
--          state or '' (no evidence), intent key or '', attempt, error code, message id or '',
--          without a key: fingerprint of the message id, pricing or ''
-- Gives one number for each item: 1 appended + 2 evidence moved an intent + 4 duplicate message
--       + 8 the next of its recipient has the turn + 16 its sender's breaker closed
--       + 256 * state before + 65536 * state after.
local prefix, now = ARGV[1], ARGV[2]
local dedupe_ms, event_ms, intent_ms, pending_ms = ARGV[3], ARGV[4], ARGV[5], ARGV[6]

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

-- Last times of contacts: a later one stays, in whatever order they come.
local NOBODY = string.rep('\0', 16)
local contacts = {}

local function note(time, id)
  contacts[#contacts + 1] = time
  contacts[#contacts + 1] = id
end

local function write_contacts()
  if #contacts == 0 then return end
  call('ZADD', prefix .. 'u', 'GT', unpack(contacts))
  contacts = {}
end

local function note_touches(touches)
  for at = 1, #touches, 45 do
    local phone, user = string.sub(touches, at, at + 15), string.sub(touches, at + 16, at + 31)
    local time = string.sub(touches, at + 32, at + 44)
    if phone ~= NOBODY then note(time, phone) end
    if user ~= NOBODY then
      note(time, user)
      if phone ~= NOBODY then call('SET', prefix .. 'a:' .. user, phone, 'PX', ARGV[7]) end
    end
    -- Lua hands over no more than some thousands of values at once.
    if #contacts > 1000 then write_contacts() end
  end
end

local heard = {}

local function hear(sender)
  if sender == '' or heard[sender] then return end
  heard[sender] = true
  call('SET', prefix .. 'v:' .. sender, now, 'PX', event_ms)
end

-- Finds the intent a status speaks of. Gives the number to add to the item's answer.
local function apply(to, key, attempt, code, message_id, message, pricing)
  if key == '' then
    key = call('GET', prefix .. 'w:' .. message)
    if not key then
      await_intent(prefix, message, to, code, pricing, pending_ms)
      return 0
    end
    attempt = call('HGET', prefix .. 'i:' .. key, 'w') or attempt
  end
  return apply_evidence(prefix, key, attempt, to, code, message_id, pricing, now, intent_ms)
end

local answers = {}
for at = 9, #ARGV, 12 do
  local answer = 0
  if call('SET', prefix .. 'd:' .. ARGV[at], 1, 'NX', 'PX', dedupe_ms) then
    append(ARGV[at + 1], ARGV[at], ARGV[at + 3])
    note_touches(ARGV[at + 4])
    answer = 1
    if ARGV[at + 5] ~= '' then
      answer = 1 + apply(unpack(ARGV, at + 5, at + 11))
      hear(ARGV[at + 2])
    end
  end
  answers[#answers + 1] = answer
end
write_contacts()
if ARGV[8] ~= '' then call('ZREMRANGEBYSCORE', prefix .. 'u', '-inf', ARGV[8]) end
finish(prefix, tonumber(now))
return answers
