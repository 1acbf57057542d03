-- KEYS  the record; for a listed kind also the index of its kind
-- ARGV  1 id  2 value  3 version it must have, or ''  4 lifetime, or ''  5 now  6 '1': the kind is listed
-- Gives the new version, or '' where another version is stored.
local stored = call('HGET', KEYS[1], 'v') or '0'
if ARGV[3] ~= '' and ARGV[3] ~= stored then return '' end

local version = string.format('%.0f', math.max(tonumber(stored) + 1, tonumber(ARGV[5])))
call('HSET', KEYS[1], 'v', version, 'b', ARGV[2])
if ARGV[6] == '1' then call('ZADD', KEYS[2], 0, ARGV[1]) end
if ARGV[4] ~= '' then
  call('PEXPIRE', KEYS[1], ARGV[4])
else
  call('PERSIST', KEYS[1])
end
return version
