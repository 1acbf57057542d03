-- KEYS  intent, sealed, queue of sending
-- ARGV  1 prefix  2 key  3 token  4 state  5 now  6 due  7 error code  8 upstream status  9 retention
--       10 message id or ''  11 its fingerprint or ''  12 '1': the attempt counts
--       13 signal  14 its wait  15 its code  16 '1': until another credential  17 usage
-- Gives {'stale', state as it stands afterwards or ''} or {'applied', state, news}, the news of these letters:
-- t its recipient's next has the turn  s the sender is stopped  o the breaker opened  c it closed
local prefix, key, token, state, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local retention, message_id = ARGV[9], ARGV[10]

-- state, token, attempt, attempt of the message id, id fingerprint, first time in the new state, recipient
local r = call('HMGET', KEYS[1], 's', 'k', 'a', 'w', 'q', state, 'r')
if r[2] ~= token then return {'stale', r[1] or ''} end

if r[1] ~= SENDING then
  -- Evidence was faster, or this is the same settlement again after its answer was lost. Whoever made it
  -- still holds the newest claim; all it can add is the message id.
  local settled_by_evidence = r[1] == SENT or r[1] == DELIVERED or r[1] == READ or r[1] == PLAYED or r[1] == FAILED
  if not settled_by_evidence and r[1] ~= state then return {'stale', r[1]} end
  if settled_by_evidence and message_id ~= '' and not r[4] then
    call('HSET', KEYS[1], 'w', r[3])
    local remaining = math.max(call('PTTL', KEYS[1]), 1)
    call('SET', KEYS[2], message_id, 'PX', remaining)
    index_message(prefix, ARGV[11], key, remaining)
  end
  -- Evidence passed the turn on, and had nobody to tell.
  return {'applied', r[1], r[7] and 't' or ''}
end

local intent = intent_of(prefix, key)
local signal = {kind = ARGV[13], wait = tonumber(ARGV[14]), code = tonumber(ARGV[15]), until_credential = tonumber(ARGV[16]),
                usage = tonumber(ARGV[17])}
local sender = sender_of(prefix, intent.sender)
local stopped, breaker, news = sender.sa ~= 0, sender.b, ''
learn(sender, signal, key, now)
if not stopped and sender.sa ~= 0 then news = 's' end
if sender.b ~= breaker then news = news .. (sender.b == 1 and 'o' or 'c') end
if signal.kind ~= '' and r[7] then learn_pair(pair_of(prefix, r[7]), signal, state, now) end

local fields = {'s', state, 'u', ARGV[5], 'e', ARGV[7], 'h', ARGV[8], state, r[6] or ARGV[5]}
local function add(name, value)
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end
if ARGV[12] ~= '1' then add('j', call('HINCRBY', KEYS[1], 'j', 1)) end

call('ZREM', KEYS[3], key)
local due, hold = moved(prefix, intent, SENDING, state, tonumber(ARGV[6]), now)
if is_open(state) then
  add('d', string.format('%.0f', due))
  if waits(state) then add('v', hold) end
  call('ZADD', prefix .. 'q' .. state, due, key)
elseif message_id ~= '' then
  add('w', r[3])
  call('SET', KEYS[2], message_id, 'PX', retention)
  index_message(prefix, ARGV[11], key, retention)
elseif state == DEAD then
  bury(prefix, key, now, retention)
else
  call('DEL', KEYS[2])
end
call('HSET', KEYS[1], unpack(fields))
if not is_open(state) then remember(prefix, key, r[5], retention) end
finish(prefix, now)
return {'applied', state, turn_passed and news .. 't' or news}
