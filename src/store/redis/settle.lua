-- KEYS  any of the partition (names the slot; the others are derived from the prefix)
-- ARGV  1 prefix  2 now  3… for each settlement:
--       0 key  1 token  2 state  3 due  4 error code  5 upstream status  6 retention  7 message id or ''
--       8 its fingerprint or ''  9 '1': the attempt counts
--       10 signal  11 its wait  12 its code  13 '1': until another credential  14 usage
--       15 the credential that was used, or ''  16 '1': the attempt took the alternative
-- Gives for each {'stale', state as it stands afterwards or ''} or {'applied', state, news}, the news of these
-- letters: t its recipient's next has the turn  s the sender is stopped  o the breaker opened  c it closed
-- e a status that had been waiting for the message id moved it; where the state is not the one brought, its error
-- code stands behind them.
local prefix, now_text = ARGV[1], ARGV[2]
local now = tonumber(now_text)

-- Evidence by its message id finds the intent from here on. Gives the state as it stands afterwards, and news.
local function bind(key, attempt, message, as_it_stands, retention)
  index_message(prefix, message, key, retention)
  local change = apply_awaited(prefix, key, attempt, message, now_text, retention)
  if change < 65536 then return as_it_stands, '' end
  return string.format('%.0f', math.floor(change / 65536)), 'e'
end

local function applied(hash, brought, as_it_stands, news)
  if as_it_stands == brought then return {'applied', brought, news} end
  return {'applied', as_it_stands, news, call('HGET', hash, 'e') or '0'}
end

local function settle(at)
  local key, token, state, retention = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 6]
  local message_id, message = ARGV[at + 7], ARGV[at + 8]
  local hash, sealed = prefix .. 'i:' .. key, prefix .. 's:' .. key
  turn_passed = false

  -- state, token, attempt, attempt of the message id, id fingerprint, first time in the new state, recipient,
  -- what intent_of() has, and whether the attempt before took the alternative
  local r = call('HMGET', hash, 's', 'k', 'a', 'w', 'q', state, 'r', 'f', 'y', 'x', 'v', 'l')
  if r[2] ~= token then return {'stale', r[1] or ''} end

  if r[1] ~= SENDING then
    -- Evidence was faster, or this is the same settlement again after its answer was lost. Whoever made it
    -- still holds the newest claim; all it can add is the message id.
    local settled_by_evidence = r[1] == SENT or r[1] == DELIVERED or r[1] == READ or r[1] == PLAYED or r[1] == FAILED
    if not settled_by_evidence and r[1] ~= state then return {'stale', r[1]} end
    local as_it_stands, news = r[1], ''
    if settled_by_evidence and message_id ~= '' and (not r[4] or r[4] == r[3]) then
      local remaining = math.max(call('PTTL', hash), 1)
      if not r[4] then
        call('HSET', hash, 'w', r[3])
        call('SET', sealed, message_id, 'PX', remaining)
      end
      as_it_stands, news = bind(key, r[3], message, r[1], remaining)
    end
    -- Evidence passed the turn on, perhaps in a process that looks at other partitions.
    return applied(hash, state, as_it_stands, r[7] and news .. 't' or news)
  end

  local intent = {key = key, sender = r[8] or '', recipient = r[7] or '', high = r[9] == '1', expires = r[10],
                  hold = r[11] or NONE}
  local signal = {kind = ARGV[at + 10], wait = tonumber(ARGV[at + 11]), code = tonumber(ARGV[at + 12]),
                  until_credential = tonumber(ARGV[at + 13]), usage = tonumber(ARGV[at + 14]),
                  credential = ARGV[at + 15]}
  local sender = sender_of(prefix, intent.sender)
  local stopped, breaker, news = sender.sa ~= 0, sender.b, ''
  learn(sender, signal, key, now)
  if not stopped and sender.sa ~= 0 then news = 's' end
  if sender.b ~= breaker then news = news .. (sender.b == 1 and 'o' or 'c') end
  if signal.kind ~= '' and r[7] then learn_pair(pair_of(prefix, r[7]), signal, state, now) end

  local fields = {'s', state, 'u', now_text, 'e', ARGV[at + 4], 'h', ARGV[at + 5], state, r[6] or now_text}
  local function add(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  if ARGV[at + 9] ~= '1' then add('j', call('HINCRBY', hash, 'j', 1)) end
  if ARGV[at + 16] == '1' then add('l', 1) elseif r[12] then call('HDEL', hash, 'l') end

  call('ZREM', prefix .. 'q' .. SENDING, key)
  local due, hold = moved(prefix, intent, SENDING, state, tonumber(ARGV[at + 3]), now)
  if is_open(state) then
    add('d', string.format('%.0f', due))
    if waits(state) then add('v', hold) end
    call('ZADD', prefix .. 'q' .. state, due, key)
  elseif message_id ~= '' then
    add('w', r[3])
    call('SET', sealed, message_id, 'PX', retention)
  elseif state == DEAD then
    bury(prefix, key, now, retention)
  else
    call('DEL', sealed)
  end
  call('HSET', hash, unpack(fields))
  if not is_open(state) then remember(prefix, key, r[5], retention) end
  if turn_passed then news = news .. 't' end
  if message_id == '' or is_open(state) then return {'applied', state, news} end
  local as_it_stands, more = bind(key, r[3], message, state, retention)
  return applied(hash, state, as_it_stands, news .. more)
end

local answers = for_each_item(3, function() return 17 end, settle)
finish(prefix, now)
return answers
