-- Whose turn it is: store/sqlite/turns.cpp in Lua. An accepted or waiting intent stands in the queue of its
-- sender; of those with the same recipient only the first is ready there, the others wait in the recipient's
-- lane until it has left. A sender stands in 'sn' by the time it can send next.
--
-- An intent here is {key, sender, recipient or '', high, expires or false, hold}.
-- Those in lanes stand behind all others, by when they came: were it one place for all, a million of them would be
-- ordered by their keys, and each would go to a random place among cold ones.
local BLOCKED = 9e15

-- Whether this script gave somebody's turn to the next of its recipient.
local turn_passed = false

local function waits(state)
  return state == ACCEPTED or state == RETRY_WAIT
end

local function intent_of(prefix, key)
  local f = call('HMGET', prefix .. 'i:' .. key, 'f', 'r', 'y', 'x', 'v')
  return {key = key, sender = f[1] or '', recipient = f[2] or '', high = f[3] == '1', expires = f[4], hold = f[5] or NONE}
end

local function queue_of(prefix, sender, high)
  return prefix .. (high and 'h:' or 'r:') .. sender
end

local function enqueue(prefix, intent, ready)
  call('ZADD', queue_of(prefix, intent.sender, intent.high), ready, intent.key)
  if intent.expires then call('ZADD', prefix .. 'xq', intent.expires, intent.key) end
  sender_of(prefix, intent.sender).touched = true
end

local function dequeue(prefix, intent)
  call('ZREM', queue_of(prefix, intent.sender, intent.high), intent.key)
  if intent.expires then call('ZREM', prefix .. 'xq', intent.key) end
  if intent.hold == ORDER then call('ZREM', prefix .. 'L:' .. intent.recipient, intent.key) end
  sender_of(prefix, intent.sender).touched = true
end

-- The place it would have when it is due at `due`: ready there, hold, whether it is its recipient's first.
local function find_seat(prefix, intent, due, now)
  local seat = {ready = due, hold = NONE}
  if intent.recipient == '' then return seat end
  local pair = pair_of(prefix, intent.recipient)
  seat.pair = pair
  local first = pair.head == intent.key
  -- What is scheduled takes its place when its time comes.
  if due > now and not first then return seat end
  if pair.head ~= '' and not first then
    local state = call('HGET', prefix .. 'i:' .. pair.head, 's')
    -- Else somebody deleted it.
    if state and (waits(state) or state == SENDING) then
      seat.blocked, seat.ready, seat.hold = true, BLOCKED + now, ORDER
      return seat
    end
  end
  seat.turn = true
  local ready, hold = pair_opening(pair, sender_of(prefix, intent.sender).limits, now)
  if hold ~= NONE and to_time(ready) > due then seat.ready, seat.hold = to_time(ready), hold end
  return seat
end

local function take_seat(intent, seat)
  if seat.blocked then
    call('ZADD', seat.pair.lane, call('HINCRBY', seat.pair.key, 'n', 1), intent.key)
  elseif seat.turn and seat.pair.head ~= intent.key then
    call('HSET', seat.pair.key, 'h', intent.key)
    if seat.pair.expires then call('PERSIST', seat.pair.key) end
    seat.pair.head, seat.pair.expires = intent.key, false
  end
end

-- Its recipient's next has the turn, if it was the first.
local function pass_turn(prefix, intent, now)
  if intent.recipient == '' then return end
  local pair = pair_of(prefix, intent.recipient)
  if pair.head ~= intent.key then return end
  local next, f
  repeat
    next = call('ZPOPMIN', pair.lane)[1]
    f = next and call('HMGET', prefix .. 'i:' .. next, 's', 'd', 'y', 'f')
  until not next or f[1]
  if not next then
    pair.head = ''
    if not forget_idle(pair, now) then call('HDEL', pair.key, 'h') end
    return
  end
  call('HSET', pair.key, 'h', next)
  pair.head = next
  turn_passed = true
  local sender = sender_of(prefix, f[4] or '')
  local due = tonumber(f[2])
  local at = math.min(due, now)
  local ready, hold = pair_opening(pair, sender.limits, now)
  if hold ~= NONE and to_time(ready) > at then at = to_time(ready) else hold = NONE end
  call('ZADD', queue_of(prefix, sender.id, f[3] == '1'), at, next)
  call('HSET', prefix .. 'i:' .. next, 'v', hold)
  if at > due then
    call('HSET', prefix .. 'i:' .. next, 'd', at)
    call('ZADD', prefix .. 'q' .. f[1], at, next)
  end
  sender.touched = true
end

-- After its state changed: finds its new place, and lets the next of its recipient have the turn. Gives when it
-- is due and what it waits for, if it waits.
local function moved(prefix, intent, from, to, due, now)
  local sender = sender_of(prefix, intent.sender)
  if from == SENDING and sender.p == intent.key then set_breaker(sender, sender.b) end
  if waits(from) then dequeue(prefix, intent) end
  local hold = NONE
  if waits(to) then
    local seat = find_seat(prefix, intent, due, now)
    take_seat(intent, seat)
    enqueue(prefix, intent, seat.ready)
    hold = seat.hold
    if not seat.blocked then due = math.max(due, seat.ready) end
    local ready, why = sender_opening(prefix, sender, now)
    if hold == NONE and to_time(ready) > due then hold = why end
  elseif to ~= SENDING then
    pass_turn(prefix, intent, now)
  end
  return due, hold
end

-- When the sender can be served next, by its queue and its gates. Nothing: not before something changes.
local function next_time(prefix, sender, now)
  local first
  for _, kind in ipairs({'h:', 'r:'}) do
    local score = tonumber(call('ZRANGE', prefix .. kind .. sender.id, 0, 0, 'WITHSCORES')[2])
    if score and score < BLOCKED and (not first or score < first) then first = score end
  end
  if not first then return nil end
  local ready, hold = sender_opening(prefix, sender, now)
  if ready >= NEVER then return nil end
  return hold == NONE and first or math.max(first, ready)
end

local function schedule(prefix, now)
  for id, sender in pairs(senders) do
    -- Where nobody waits, what a gate says changes nothing.
    if sender.touched or (changed(sender) and call('ZSCORE', prefix .. 'sn', id)) then
      local next = next_time(prefix, sender, now)
      if next then
        call('ZADD', prefix .. 'sn', math.max(next, sender.v), id)
      else
        call('ZREM', prefix .. 'sn', id)
      end
    end
  end
end

-- Ends every script that asked for a sender.
local function finish(prefix, now)
  schedule(prefix, now)
  save_senders(prefix)
end

-- A dead intent can be found, and redriven, until its retention ends.
local function bury(prefix, key, now, retention)
  local dead = prefix .. 'dl'
  call('ZREMRANGEBYSCORE', dead, '-inf', string.format('%.0f', now - tonumber(retention)))
  call('ZADD', dead, now, key)
  call('PEXPIRE', dead, retention)
  call('PEXPIRE', prefix .. 's:' .. key, retention)
end
