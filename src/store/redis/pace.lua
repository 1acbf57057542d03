-- Gates of senders and recipients: store/pace_rules.cpp in Lua. A sender's hash has the fields of each_number()
-- and t tenant, l limits, c credential, p probe; a recipient's has h head, n last place given in its lane,
-- a arrival, u paused until, x level. Numbers that are zero are left out.
local NEVER = 9e15
local SECOND = 1000
local STOPPED_RETRY = 60000
local NONE, ORDER, PAIR_PACE, SENDER_PACE, TENANT_PACE, BREAKER, STOPPED = '0', '1', '2', '3', '4', '5', '6'
local NO_LIMITS = '0,0,0,0,0,50,30000,10000,300000'
local NUMBERS = {'a', 'r', 'ra', 'ha', 'u', 'g', 'ga', 'b', 'ou', 'of', 'pu', 'wa', 'w1', 'f1', 'w0', 'f0', 'sa', 'sc',
                 'su', 'v'}

local senders, quotas, recipients = {}, {}, {}

local function parse_limits(text)
  local n = {}
  for number in string.gmatch(text, '%d+') do n[#n + 1] = tonumber(number) end
  return {rate = n[1], tenant_rate = n[2], pair_interval = n[3], pair_burst = n[4], breaker_min = n[5],
          breaker_percent = n[6], breaker_window = n[7], breaker_open = n[8], breaker_open_max = n[9]}
end

-- A sender's gate, read once by a script; save_senders() writes what changed.
local function sender_of(prefix, id)
  local s = senders[id]
  if s then return s end
  local fields = call('HGETALL', prefix .. 'g:' .. id)
  s = {id = id, stored = {}, c = '', p = '', t = '', l = NO_LIMITS}
  for _, name in ipairs(NUMBERS) do s[name] = 0 end
  for at = 1, #fields, 2 do
    local name, value = fields[at], fields[at + 1]
    s.stored[name] = value
    if type(s[name]) == 'number' then s[name] = tonumber(value) else s[name] = value end
  end
  s.known = #fields > 0
  s.limits = parse_limits(s.l)
  senders[id] = s
  return s
end

local function quota_of(prefix, s)
  if s.limits.tenant_rate == 0 then return 0 end
  quotas[s.t] = quotas[s.t] or {arrival = tonumber(call('GET', prefix .. 'y:' .. s.t) or 0)}
  return quotas[s.t].arrival
end

-- What differs from what is stored: fields to put (names and values in turn) and to drop.
local function changes(s)
  local put, drop = {}, {}
  local function field(name, zero)
    local value, stored = s[name], s.stored[name]
    if value == zero then
      if stored then drop[#drop + 1] = name end
    elseif not stored or (type(value) == 'number' and tonumber(stored) or stored) ~= value then
      put[#put + 1] = name
      put[#put + 1] = value
    end
  end
  for _, name in ipairs(NUMBERS) do field(name, 0) end
  field('c', '')
  field('p', '')
  field('t', '')
  field('l', NO_LIMITS)
  return put, drop
end

local function changed(s)
  local put, drop = changes(s)
  return #put > 0 or #drop > 0
end

local function save_senders(prefix)
  for id, s in pairs(senders) do
    local put, drop = changes(s)
    if #put > 0 then call('HSET', prefix .. 'g:' .. id, unpack(put)) end
    if #drop > 0 then call('HDEL', prefix .. 'g:' .. id, unpack(drop)) end
    if #put > 0 and not s.known then call('SADD', prefix .. 'ss', id) end
  end
  for tenant, quota in pairs(quotas) do
    -- Behind its arrival time it has no effect.
    if quota.changed then call('SET', prefix .. 'y:' .. tenant, quota.arrival, 'PX', 600000) end
  end
end

local function set_breaker(s, state)
  s.b, s.p, s.pu = state, '', 0
end

local function close_breaker(s)
  set_breaker(s, 0)
  s.ou, s.of, s.wa, s.w1, s.f1, s.w0, s.f0 = 0, 0, 0, 0, 0, 0, 0
end

local function open_breaker(s, length, now)
  set_breaker(s, 1)
  s.of = math.min(length, s.limits.breaker_open_max)
  s.ou = now + s.of
end

local function end_stop(s)
  s.sa, s.sc, s.su = 0, 0, 0
end

-- Takes over another token. Whether it ended a stop or a breaker.
local function adopt_credential(s, credential)
  local ended = false
  if s.c ~= '' then
    ended = s.b ~= 0 or s.su ~= 0
    close_breaker(s)
    if s.su ~= 0 then end_stop(s) end
    s.touched = true
  end
  s.c = credential
  return ended
end

local function adopt(s, tenant, limits, credential)
  if s.t ~= tenant or s.l ~= limits then
    s.t, s.l, s.limits = tenant, limits, parse_limits(limits)
    if s.limits.breaker_min == 0 then close_breaker(s) end
  end
  if credential ~= '' and credential ~= s.c then adopt_credential(s, credential) end
end

-- Since its last change the rate has risen with every full second.
local function recovered(s, now)
  local ceiling = s.limits.rate
  if s.ra == 0 then return ceiling end
  return math.min(ceiling, s.r + math.max(0, math.floor((now - s.ra) / SECOND)) * ceiling / 20)
end

local function rate_at(s, now)
  local share = 1
  if s.g >= 75 and now - s.ga <= 60 * SECOND then share = 1 - 0.9 * (math.min(s.g, 100) - 75) / 25 end
  return recovered(s, now) * share
end

local function conforming(arrival, rate)
  return arrival - (math.max(1, math.floor(rate / 10)) - 1) * (SECOND / rate)
end

-- When the sender may start something, and what it waits for until then.
local function sender_opening(prefix, s, now)
  if s.sa ~= 0 then return NEVER, STOPPED end
  local ready, hold = now, NONE
  local function wait_for(until_, why)
    if until_ <= now then return end
    ready = math.max(ready, until_)
    -- The first reason counts: it is the one that lasts.
    if hold == NONE then hold = why end
  end
  if s.b == 1 then wait_for(s.ou, BREAKER) end
  if s.b == 2 then wait_for(s.pu, BREAKER) end
  wait_for(s.u, SENDER_PACE)
  local rate = rate_at(s, now)
  if rate > 0 then wait_for(conforming(s.a, rate), SENDER_PACE) end
  if s.limits.tenant_rate > 0 then
    wait_for(conforming(quota_of(prefix, s), s.limits.tenant_rate), TENANT_PACE)
  end
  return ready, hold
end

local function start_sender(prefix, s, key, lease_end, now)
  local rate = rate_at(s, now)
  if rate > 0 then s.a = math.max(s.a, now) + SECOND / rate end
  if s.limits.tenant_rate > 0 then
    quotas[s.t] = {arrival = math.max(quota_of(prefix, s), now) + SECOND / s.limits.tenant_rate, changed = true}
  end
  if s.b == 0 then return end
  s.b, s.p, s.pu = 2, key, tonumber(lease_end)
end

-- A sliding window: the current one, and the one before as far as it still reaches.
local function count_answer(s, fault, now)
  local length = math.max(1, s.limits.breaker_window)
  local passed = math.floor((now - s.wa) / length)
  if passed >= 1 or s.wa == 0 then
    local next = passed == 1 and s.wa ~= 0
    s.w0, s.f0 = next and s.w1 or 0, next and s.f1 or 0
    s.w1, s.f1 = 0, 0
    s.wa = next and s.wa + length or now
  end
  s.w1 = s.w1 + 1
  if not fault then return end
  s.f1 = s.f1 + 1
  local share = 1 - (now - s.wa) / length
  local answers, faults = s.w1 + s.w0 * share, s.f1 + s.f0 * share
  if answers < s.limits.breaker_min or faults * 100 < answers * s.limits.breaker_percent then return end
  open_breaker(s, s.limits.breaker_open, now)
end

local function judge(s, kind, key, now)
  if s.limits.breaker_min == 0 or kind == 'usage' then return end
  if s.b == 0 then
    count_answer(s, kind == 'fault', now)
  elseif s.b == 2 and s.p == key then
    if kind == 'fault' then open_breaker(s, 2 * s.of, now) else close_breaker(s) end
  end
end

-- What an attempt's end teaches. `kind`: '', 'answered', 'throttled', 'pair', 'fault', 'stop' or 'usage'.
local function learn(s, signal, key, now)
  if signal.kind == '' then return end
  if signal.usage ~= 0 or signal.kind == 'usage' then s.g, s.ga = signal.usage, now end
  judge(s, signal.kind, key, now)
  if signal.kind == 'throttled' then
    s.u = math.max(s.u, now + signal.wait)
    if s.limits.rate > 0 then
      local rate, halve = recovered(s, now), now - s.ha >= SECOND
      s.r, s.ra = halve and math.max(1, rate / 2) or rate, now
      if halve then s.ha = now end
    end
  elseif signal.kind == 'stop' then
    -- A token was refused that has been replaced since.
    local old = signal.until_credential ~= 0 and signal.credential ~= '' and s.c ~= '' and signal.credential ~= s.c
    if old then return end
    s.sa, s.sc, s.su = now, signal.code, signal.until_credential
  end
end

-- A recipient's gate, read once by a script; whoever changes it writes it.
local function pair_of(prefix, recipient)
  local pair = recipients[recipient]
  if pair then return pair end
  local key = prefix .. 'P:' .. recipient
  local r = call('HMGET', key, 'h', 'a', 'u', 'x', 'n')
  pair = {key = key, lane = prefix .. 'L:' .. recipient, head = r[1] or '',
          a = tonumber(r[2] or 0), u = tonumber(r[3] or 0), x = tonumber(r[4] or 0),
          expires = not r[1] and (r[2] or r[3] or r[4] or r[5]) and true}
  recipients[recipient] = pair
  return pair
end

local function pair_opening(pair, limits, now)
  local ready = math.max(now, pair.u)
  if limits.pair_interval > 0 then
    ready = math.max(ready, pair.a - (math.max(1, limits.pair_burst) - 1) * limits.pair_interval)
  end
  return ready, ready > now and PAIR_PACE or NONE
end

-- A pair whose turn nobody has is forgotten, at once where nothing of it matters any more; Meta's pauses are
-- remembered some time without a success. Gives whether it is forgotten at once.
local function forget_idle(pair, now)
  if pair.head ~= '' then return false end
  if pair.x == 0 and pair.a <= now and pair.u <= now then
    call('DEL', pair.key)
    pair.expires = false
    return true
  end
  call('PEXPIRE', pair.key, string.format('%.0f', math.max(pair.a - now, pair.u - now, 0) + 600000))
  pair.expires = true
  return false
end

local function start_pair(pair, limits, now)
  if limits.pair_interval == 0 then return end
  pair.a = math.max(pair.a, now) + limits.pair_interval
  call('HSET', pair.key, 'a', pair.a)
  forget_idle(pair, now)
end

local function learn_pair(pair, signal, state, now)
  if signal.kind == 'pair' then
    pair.u, pair.x = now + SECOND * 4 ^ pair.x, math.min(pair.x + 1, 4)
    call('HSET', pair.key, 'u', pair.u, 'x', pair.x)
    forget_idle(pair, now)
  elseif signal.kind == 'answered' and state == SENT and pair.x ~= 0 then
    pair.x = 0
    call('HDEL', pair.key, 'x')
  end
end

-- In whole milliseconds, never too early: sums of intervals may be a hair beyond the millisecond they mean.
local function to_time(ready)
  return math.ceil(ready - 0.01)
end
