-- What a status says of an intent: apply_evidence() of store/rules.cpp in Lua. For ingest.lua and settle.lua.

-- That Meta reports on a message it took is as good as the answer to the attempt that sent it.
local TAKEN = {kind = 'answered', wait = 0, code = 0, until_credential = 0, usage = 0}

local function may_move(from, to)
  return string.byte(MAY_MOVE, tonumber(from) * 32 + tonumber(to) + 1) == 49
end

-- `was_pending`: it had a place in a queue or waited for a person, and still has its payload. `current`: the
-- evidence is of its last attempt. Gives whether that closed its sender's breaker.
local function move(prefix, key, from, to, was_pending, current, first, id, code, now, retention)
  local intent, closed = prefix .. 'i:' .. key, false
  call('HSET', intent, 's', to, 'u', now, to, first or now)
  if code ~= '0' then call('HSET', intent, 'e', code) end
  -- What was final already keeps the end of its retention.
  if was_pending then
    local seat = intent_of(prefix, key)
    if from == SENDING and current and to ~= FAILED then
      local sender = sender_of(prefix, seat.sender)
      local before = sender.b
      learn(sender, TAKEN, key, tonumber(now))
      if seat.recipient ~= '' then learn_pair(pair_of(prefix, seat.recipient), TAKEN, SENT, tonumber(now)) end
      closed = before ~= 0 and sender.b == 0
    end
    moved(prefix, seat, from, to, 0, tonumber(now))
    if from == DEAD then call('ZREM', prefix .. 'dl', key) end
    requeue(prefix, key, from, to)
    call('DEL', prefix .. 's:' .. key)
    remember(prefix, key, id, retention)
  end
  return closed
end

-- `message_id`: sealed, or ''. Gives the numbers ingest.lua adds to an item's answer.
local function apply_evidence(prefix, key, attempt, to, code, message_id, pricing, now, retention)
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
  local moves = may_move(from, to)
  local was_pending = is_open(from) or from == UNCONFIRMED or from == DEAD
  if moves then
    turn_passed = false
    local closed = move(prefix, key, from, to, was_pending, attempt == r[6], r[5], r[3], code, now, retention)
    answer = answer + 2 + (turn_passed and 8 or 0) + (closed and 16 or 0) + 256 * tonumber(from) + 65536 * tonumber(to)
  end
  -- The message id takes the payload's place, so only where the payload has been dropped.
  if message_id ~= '' and not r[2] and (moves or not was_pending) then
    call('HSET', intent, 'w', attempt)
    call('SET', prefix .. 's:' .. key, message_id, 'PX', math.max(call('PTTL', intent), 1))
  end
  return answer
end

-- A status of a message that no intent is known by yet: the answer to its send may be on its way. Of several
-- the one that would have moved the intent last counts, and the latest price.
local function await_intent(prefix, message, to, code, pricing, time_to_live)
  local pending = prefix .. 'o:' .. message
  local known = call('GET', pending)
  if known then
    local state, error_code, price = string.match(known, '^(%d+) (%d+) (.*)$')
    if not may_move(state, to) then to, code = state, error_code end
    if pricing == '' then pricing = price end
  end
  call('SET', pending, to .. ' ' .. code .. ' ' .. pricing, 'PX', time_to_live)
end

-- The intent is known by that message from here on: what came before applies now. Gives as apply_evidence().
local function apply_awaited(prefix, key, attempt, message, now, retention)
  local pending = prefix .. 'o:' .. message
  local known = message ~= '' and call('GET', pending)
  if not known then return 0 end
  call('DEL', pending)
  local to, code, pricing = string.match(known, '^(%d+) (%d+) (.*)$')
  return apply_evidence(prefix, key, attempt, to, code, '', pricing, now, retention)
end
