-- KEYS  the queues of accepted, retry_wait, sending, unknown
-- ARGV  1 prefix  2 now  3 limit  4 end of a lease given now  5 end of an unknown window that begins now
--       6 max attempts  7 intents whose age counts from before this are too old  8 retention
--       9 retention of what is left to a person
-- Gives {next due or '', {action, key, fields, payload or ''}…}.
local prefix, now, limit, lease_end, window_end = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local max_attempts, oldest = tonumber(ARGV[6]), tonumber(ARGV[7])
local retention, undecided_retention = ARGV[8], ARGV[9]

-- Enters an open state, due at `at`. `first`: when the intent first was in it, if ever. Further fields follow.
local function enter(due, to, at, first, ...)
  call('HSET', prefix .. 'i:' .. due.key, 's', to, 'u', now, 'd', at, to, first or now, ...)
  requeue(prefix, due.key, due.state, to, at)
end

local function leave(due, r, to, action)
  call('HSET', prefix .. 'i:' .. due.key, 's', to, 'u', now)
  call('HSETNX', prefix .. 'i:' .. due.key, to, now)
  requeue(prefix, due.key, due.state, to)
  if to == UNCONFIRMED then
    -- A person may still decide to resend it.
    remember(prefix, due.key, r.id, undecided_retention)
    call('PEXPIRE', prefix .. 's:' .. due.key, undecided_retention)
  else
    remember(prefix, due.key, r.id, retention)
    call('DEL', prefix .. 's:' .. due.key)
  end
  return action, ''
end

local function claim(due, r, action)
  local payload = call('GET', prefix .. 's:' .. due.key)
  -- Without its payload (somebody deleted it) it can never be sent, and must not block the queue.
  if not payload then return leave(due, r, DEAD, 'dead') end
  enter(due, SENDING, lease_end, r.first_sending, 'a', r.attempt + 1, 'k', r.token + 1)
  return action, payload
end

local function decide(due, r)
  local expired = r.expires and tonumber(r.expires) <= tonumber(now)
  local used_up = r.attempt >= max_attempts or r.age_from < oldest
  if due.state == SENDING then
    -- Its worker is gone or slow. A new token makes whatever that worker still reports stale.
    enter(due, UNKNOWN, window_end, r.first_unknown, 'k', r.token + 1)
    return 'now_unknown', ''
  end
  if due.state ~= UNKNOWN then
    if expired then return leave(due, r, EXPIRED, 'expired') end
    if used_up then return leave(due, r, DEAD, 'dead') end
    return claim(due, r, 'send')
  end
  -- Silence only means "not sent" if other evidence did arrive for the sender meanwhile.
  if r.on_unknown == '1' and not used_up and not expired then
    local heard = call('GET', prefix .. 'v:' .. r.sender)
    if heard and tonumber(heard) > r.since then return claim(due, r, 'resend') end
  end
  return leave(due, r, UNCONFIRMED, 'unconfirmed')
end

local candidates = {}
for n, state in ipairs({ACCEPTED, RETRY_WAIT, SENDING, UNKNOWN}) do
  local found = call('ZRANGEBYSCORE', KEYS[n], '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
  for at = 1, #found, 2 do
    candidates[#candidates + 1] = {key = found[at], due = tonumber(found[at + 1]), state = state}
  end
end
table.sort(candidates, function(a, b)
  if a.due ~= b.due then return a.due < b.due end
  return a.key < b.key
end)

local answer = {''}
for n = 1, math.min(limit, #candidates) do
  local due = candidates[n]
  local intent = prefix .. 'i:' .. due.key
  local f = call('HMGET', intent, 'a', 'k', 'n', 'g', 'q', 'f', 'o', 'x', 'u', SENDING, UNKNOWN)
  if f[1] then
    local action, payload = decide(due, {
      attempt = tonumber(f[1]), token = tonumber(f[2]), age_from = tonumber(f[4] or f[3]), id = f[5],
      sender = f[6] or '', on_unknown = f[7], expires = f[8], since = tonumber(f[9]),
      first_sending = f[10], first_unknown = f[11]})
    answer[#answer + 1] = {action, due.key, call('HGETALL', intent), payload}
  else
    -- Somebody deleted the intent; its place in the queue goes with it.
    call('ZREM', KEYS[tonumber(due.state) + 1], due.key)
  end
end

for n = 1, 4 do
  local first = call('ZRANGE', KEYS[n], 0, 0, 'WITHSCORES')[2]
  if first and (answer[1] == '' or tonumber(first) < tonumber(answer[1])) then answer[1] = first end
end
return answer
