-- KEYS  the queues of accepted, retry_wait, sending, unknown
-- ARGV  1 prefix  2 now  3 limit  4 end of a lease given now  5 end of an unknown window that begins now
--       6 max attempts  7 intents whose age counts from before this are too old  8 retention
--       9 retention of what is left to a person  10 at most so many of one sender, or 0
--       11 silence before it says nothing  12… senders to skip
-- Gives {next due or '', {action, key, fields, payload or ''}…}.
local prefix, now, limit, lease_end, window_end = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local max_attempts, oldest = tonumber(ARGV[6]), tonumber(ARGV[7])
local retention, undecided_retention, per_sender = ARGV[8], ARGV[9], tonumber(ARGV[10])
local now_ms = tonumber(now)
local window, own_silence_from = tonumber(window_end) - now_ms, tonumber(ARGV[11])
local skip, skipped = {}, #ARGV - 11
for n = 12, #ARGV do skip[ARGV[n]] = true end

local answer = {''}

-- The latest that any instance brought, kept as long as something that became unknown before it may be resent.
local function silence_from()
  local kept = tonumber(call('GET', prefix .. 'sf') or 0)
  if own_silence_from <= kept then return kept end
  local matters_for = own_silence_from + math.max(window, now_ms - oldest) - now_ms
  if matters_for > 0 then call('SET', prefix .. 'sf', ARGV[11], 'PX', string.format('%.0f', matters_for)) end
  return own_silence_from
end

local function left()
  return limit - (#answer - 1)
end

-- What the rules need of an intent. Nothing: somebody deleted it.
local function load(key, state)
  local f = call('HMGET', prefix .. 'i:' .. key, 'a', 'k', 'n', 'g', 'q', 'o', 'u', SENDING, UNKNOWN, 'j', 's', 'P',
                 RETRY_WAIT)
  if not f[1] then return nil end
  local intent = intent_of(prefix, key)
  return {key = key, state = state or f[11], intent = intent, attempt = tonumber(f[1]), token = tonumber(f[2]),
          age_from = tonumber(f[4] or f[3]), id = f[5], on_unknown = f[6], since = tonumber(f[7]),
          first_sending = f[8], first_unknown = f[9], uncounted = tonumber(f[10] or 0), preparation = f[12],
          first_retry = f[13]}
end

local function hand_out(r, action, payload)
  answer[#answer + 1] = {action, r.key, call('HGETALL', prefix .. 'i:' .. r.key), payload}
end

-- Enters an open state, due at `at`. `first`: when the intent first was in it, if ever. Further fields follow.
local function enter(r, to, at, first, ...)
  local due, hold = moved(prefix, r.intent, r.state, to, tonumber(at), now_ms)
  if waits(to) then
    at = string.format('%.0f', due)
    call('HSET', prefix .. 'i:' .. r.key, 'v', hold)
  end
  call('HSET', prefix .. 'i:' .. r.key, 's', to, 'u', now, 'd', at, to, first or now, ...)
  requeue(prefix, r.key, r.state, to, at)
end

local function leave(r, to, action)
  moved(prefix, r.intent, r.state, to, now_ms, now_ms)
  call('HSET', prefix .. 'i:' .. r.key, 's', to, 'u', now)
  call('HSETNX', prefix .. 'i:' .. r.key, to, now)
  requeue(prefix, r.key, r.state, to)
  if to == UNCONFIRMED then
    -- A person may still decide to resend it.
    remember(prefix, r.key, r.id, undecided_retention)
    call('PEXPIRE', prefix .. 's:' .. r.key, undecided_retention)
  elseif to == DEAD then
    remember(prefix, r.key, r.id, undecided_retention)
    bury(prefix, r.key, now_ms, undecided_retention)
  else
    remember(prefix, r.key, r.id, retention)
    call('DEL', prefix .. 's:' .. r.key)
  end
  hand_out(r, action, '')
end

-- `pair`: of its recipient, if it has one.
local function claim(r, action, pair)
  local payload = call('GET', prefix .. 's:' .. r.key)
  -- Without its payload (somebody deleted it) it can never be sent, and must not block the queue.
  if not payload then return leave(r, DEAD, 'dead') end
  local sender = sender_of(prefix, r.intent.sender)
  start_sender(prefix, sender, r.key, lease_end, now_ms)
  if pair then start_pair(pair, sender.limits, now_ms) end
  enter(r, SENDING, lease_end, r.first_sending, 'a', r.attempt + 1, 'k', r.token + 1)
  if r.intent.hold ~= NONE then call('HDEL', prefix .. 'i:' .. r.key, 'v') end
  if r.preparation then call('HSET', prefix .. 'i:' .. r.key, 'P', PENDING) end
  hand_out(r, action, payload)
end

local function expired(r)
  return r.intent.expires and tonumber(r.intent.expires) <= now_ms
end

local function used_up(r)
  return r.attempt - r.uncounted >= max_attempts or r.age_from < oldest
end

-- Looks at it again at that time.
local function keep_window(r, at)
  call('HSET', prefix .. 'i:' .. r.key, 'd', at)
  call('ZADD', prefix .. 'q' .. UNKNOWN, at, r.key)
end

local function close_window(r)
  -- Silence only means "not sent" if other evidence did arrive for the sender meanwhile.
  if r.on_unknown == '1' and not used_up(r) and not expired(r) then
    local from = silence_from()
    if from + window > now_ms then return keep_window(r, string.format('%.0f', from + window)) end
    local heard = call('GET', prefix .. 'v:' .. r.intent.sender)
    if heard and tonumber(heard) > math.max(r.since, from) then
      local ready, hold = sender_opening(prefix, sender_of(prefix, r.intent.sender), now_ms)
      if hold == NONE then
        local pair = r.intent.recipient ~= '' and pair_of(prefix, r.intent.recipient)
        return claim(r, 'resend', pair)
      end
      return keep_window(r, string.format('%.0f', ready < NEVER and to_time(ready) or now_ms + STOPPED_RETRY))
    end
  end
  leave(r, UNCONFIRMED, 'unconfirmed')
end

local function end_leases()
  local candidates = {}
  for _, state in ipairs({SENDING, UNKNOWN}) do
    local found = call('ZRANGEBYSCORE', prefix .. 'q' .. state, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
    for at = 1, #found, 2 do
      candidates[#candidates + 1] = {key = found[at], due = tonumber(found[at + 1]), state = state}
    end
  end
  table.sort(candidates, function(a, b)
    if a.due ~= b.due then return a.due < b.due end
    return a.key < b.key
  end)
  for n = 1, math.min(limit, #candidates) do
    local r = load(candidates[n].key, candidates[n].state)
    if not r then
      -- Somebody deleted the intent; its place in the queue goes with it.
      call('ZREM', prefix .. 'q' .. candidates[n].state, candidates[n].key)
    elseif r.state == SENDING and r.preparation == PENDING then
      enter(r, RETRY_WAIT, now, r.first_retry, 'k', r.token + 1)
      hand_out(r, 'waits_again', '')
    elseif r.state == SENDING then
      -- Its worker is gone or slow. A new token makes whatever that worker still reports stale.
      enter(r, UNKNOWN, window_end, r.first_unknown, 'k', r.token + 1)
      hand_out(r, 'now_unknown', '')
    else
      close_window(r)
    end
  end
end

local function expire()
  for _, key in ipairs(call('ZRANGEBYSCORE', prefix .. 'xq', '-inf', now, 'LIMIT', 0, left())) do
    local r = load(key)
    if r and waits(r.state) then leave(r, EXPIRED, 'expired') else call('ZREM', prefix .. 'xq', key) end
  end
end

-- The first in a sender's queue that is ready, high priority first: its key, its queue, when it was ready.
local function first_ready(sender)
  for _, queue in ipairs({queue_of(prefix, sender, true), queue_of(prefix, sender, false)}) do
    local found = call('ZRANGEBYSCORE', queue, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1)
    if found[1] then return found[1], queue, tonumber(found[2]) end
  end
end

-- Order or its recipient's pace holds it: it looks for its time there.
local function wait(r, queue, seat)
  take_seat(r.intent, seat)
  call('ZADD', queue, seat.ready, r.key)
  call('HSET', prefix .. 'i:' .. r.key, 'v', seat.hold)
  if seat.blocked then return end
  call('HSET', prefix .. 'i:' .. r.key, 'd', string.format('%.0f', seat.ready))
  call('ZADD', prefix .. 'q' .. r.state, seat.ready, r.key)
end

-- False: the sender has nothing that could go now.
local function serve_one(id)
  local sender = sender_of(prefix, id)
  local _, hold = sender_opening(prefix, sender, now_ms)
  if hold ~= NONE then return false end
  local key, queue, ready = first_ready(id)
  if not key then return false end
  local r = load(key)
  if not r then
    call('ZREM', queue, key)
    call('ZREM', prefix .. 'q' .. ACCEPTED, key)
    call('ZREM', prefix .. 'q' .. RETRY_WAIT, key)
    return true
  end
  if expired(r) then leave(r, EXPIRED, 'expired') return true end
  if used_up(r) then leave(r, DEAD, 'dead') return true end
  local seat = find_seat(prefix, r.intent, ready, now_ms)
  if seat.hold ~= NONE then wait(r, queue, seat) return true end
  take_seat(r.intent, seat)
  claim(r, 'send', seat.pair)
  return true
end

-- Senders take turns, one intent each. `looks` bounds what is done for intents that then have to wait.
local function serve()
  local open, looks = {}, 2 * limit
  if left() == 0 then return end
  for _, id in ipairs(call('ZRANGEBYSCORE', prefix .. 'sn', '-inf', '(' .. string.format('%.0f', now_ms + 1),
                           'LIMIT', 0, left() + skipped)) do
    if not skip[id] then open[#open + 1] = {id = id, taken = 0} end
  end
  while #open > 0 and left() > 0 and looks > 0 do
    local still = {}
    for _, turn in ipairs(open) do
      if left() > 0 and looks > 0 then
        looks = looks - 1
        local sender = sender_of(prefix, turn.id)
        -- Behind those whose time has come within this millisecond, and those served in it before.
        if turn.taken == 0 then sender.v, sender.touched = math.max(now_ms + 0.5, sender.v + 1 / 1024), true end
        local before = left()
        local more = serve_one(turn.id)
        turn.taken = turn.taken + before - left()
        if more and (per_sender == 0 or turn.taken < per_sender) then still[#still + 1] = turn end
      end
    end
    open = still
  end
end

local function sooner(time)
  if time and (answer[1] == '' or time < tonumber(answer[1])) then answer[1] = string.format('%.0f', time) end
end

if own_silence_from + window > now_ms then silence_from() end
end_leases()
if left() > 0 then expire() end
-- Whoever has the turn now may go in this very call.
schedule(prefix, now_ms)
serve()
finish(prefix, now_ms)

for _, queue in ipairs({'q' .. SENDING, 'q' .. UNKNOWN, 'xq'}) do
  sooner(tonumber(call('ZRANGE', prefix .. queue, 0, 0, 'WITHSCORES')[2]))
end
for _, id in ipairs(call('ZRANGE', prefix .. 'sn', 0, skipped)) do
  if not skip[id] then
    -- Not the time of its turn: that only orders those who are ready.
    local next = next_time(prefix, sender_of(prefix, id), now_ms)
    if next then sooner(to_time(next)) end
    break
  end
end
return answer
