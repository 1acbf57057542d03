-- KEYS  any of the partition (names the slot, as SCAN itself does not)
-- ARGV  1 position, '0' at the beginning  2 the server it is of, or ''  3 pattern  4 count
-- Gives the server, then what SCAN gives. A position means something to the process that gave it, and to no other: to
-- another one the scan begins anew.
local info = redis.pcall('INFO', 'server')
local server = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
server = string.sub(server, 1, 16)
local scanned = call('SCAN', server == ARGV[2] and ARGV[1] or '0', 'MATCH', ARGV[3], 'COUNT', ARGV[4])
return {server, scanned[1], scanned[2]}
