-- Prepended to every script, after the constants that scripts.cpp generates from the C++ functions:
--   ACCEPTED, RETRY_WAIT, SENDING, UNKNOWN, UNCONFIRMED, SENT, …   states, as the strings Redis gives back
--   OPEN      a '1' at position state + 1 for every open state
--   MAY_MOVE  a '1' at position from * 32 + to + 1 where evidence may move an intent
--
-- Keys of a partition; all begin with its prefix 'wac:{pNN}:', whose braces put them into one cluster slot:
--   i:<key>     hash: an intent. No TTL while it is open, else its retention.
--   s:<key>     its sealed payload; once Meta accepted it, the sealed message id
--   n:<id>      fingerprint of the caller's id -> key
--   q<state>    sorted set of the keys in an open state, by due time. One for each state, so that counting
--               them costs nothing.
--   k:<kind>:<id>  hash: a keyed record, v version, b sealed value; l:<kind>  sorted set of the ids of a kind
--               that is listed
--   w:<message> fingerprint of a message id -> key, as long as the intent is remembered
--   o:<message> what a status said of a message that no intent is known by yet: state, error code, price
--   u           sorted set of contacts, by when they last wrote; a:<user>  the phone number of a user id,
--               both as fingerprints
--   d:<event>   seen; e:<tenant> stream of events; v:<sender> time of the sender's last evidence
--   h:<sender>, r:<sender>
--               sorted sets of a sender's accepted and waiting intents of high and normal priority, by when
--               they may be looked at; those that wait for their turn at the end (turns.lua)
--   L:<pair>    lane of a recipient: sorted set of the keys that wait for their turn. Only while some do.
--   P:<pair>    hash: whose turn it is, and the recipient's pace (pace.lua). Expires when idle.
--   g:<sender>  hash: the sender's pace, breaker and stop (pace.lua); ss set of all senders
--   y:<tenant>  the tenant's pace
--   sn          sorted set of senders that have something ready, by when they can send next
--   xq          sorted set of accepted and waiting intents by expiry
--   dl          sorted set of dead intents by time of death
--   sf          silence before it says nothing of an unknown outcome (take_due.lua). Only after an outage.
--
-- Fields of an intent. None is longer than 64 bytes: the hash stays one compact listpack.
--   s state   a attempt   k token   d due   b body fingerprint   q id fingerprint   t tenant   i intent id
--   f sender  c, C correlation (first 64 bytes, rest)   o '1': resend   n created   x expires   u updated
--   e error code   h upstream status   p duplicates   l '1': the last attempt took the alternative
--   P how far an attempt that prepares has come (Preparation)
--   g what its age counts from, where that is not n   z what evidence last said of the price
--   r recipient (pair)   y '1': high priority   v what it waits for (Hold)   j attempts that do not count
--   w attempt whose message id we hold   m<attempt> that attempt was counted as a duplicate
--   <state number> when that state was first entered
--
-- One more key, of all partitions: wac:format, the version of all this (format.cpp).
local call = redis.call
local PENDING, PREPARED = '1', '2'

local function is_open(state)
  return string.byte(OPEN, tonumber(state) + 1) == 49
end

-- Puts an intent into the queue of its new state, and out of that of its old one.
local function requeue(prefix, key, from, to, due)
  if from ~= to and is_open(from) then call('ZREM', prefix .. 'q' .. from, key) end
  if is_open(to) then call('ZADD', prefix .. 'q' .. to, due, key) end
end

-- A settled intent is remembered for its retention. `id`: its field q.
local function remember(prefix, key, id, retention)
  call('PEXPIRE', prefix .. 'i:' .. key, retention)
  call('PEXPIRE', prefix .. 'n:' .. id, retention)
end

-- `message`: fingerprint of the message id Meta gave it, or ''.
local function index_message(prefix, message, key, retention)
  if message ~= '' then call('SET', prefix .. 'w:' .. message, key, 'PX', retention) end
end

-- Decides about each of many items, whose arguments begin at `at`. `size(at)`: how many those of one are. What goes
-- wrong with one is that one's answer.
local function for_each_item(at, size, decide)
  local answers = {}
  while at <= #ARGV do
    local ok, answer = pcall(decide, at)
    if not ok then answer = {err = type(answer) == 'table' and answer.err or answer} end
    answers[#answers + 1] = answer
    at = at + size(at)
  end
  return answers
end
