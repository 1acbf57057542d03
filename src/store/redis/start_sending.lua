-- KEYS  intent
-- ARGV  1 token
-- Gives 1, or 0 where the claim has ended.
local r = call('HMGET', KEYS[1], 's', 'k', 'P')
if r[1] ~= SENDING or r[2] ~= ARGV[1] then return 0 end
if r[3] == PENDING then call('HSET', KEYS[1], 'P', PREPARED) end
return 1
