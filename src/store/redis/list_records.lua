-- KEYS  the index of a kind
-- ARGV  1 what the names of its records begin with  2 after: '-', or '(' and an id  3 limit
-- Gives the last id looked at ('': there are no more), then id, version and value of each record.
local ids = call('ZRANGEBYLEX', KEYS[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local answer = {#ids == tonumber(ARGV[3]) and ids[#ids] or ''}
for _, id in ipairs(ids) do
  local record = call('HMGET', ARGV[1] .. id, 'v', 'b')
  if record[1] then
    answer[#answer + 1] = id
    answer[#answer + 1] = record[1]
    answer[#answer + 1] = record[2]
  else
    -- Its lifetime has passed; nothing else would take it out of the index.
    call('ZREM', KEYS[1], id)
  end
end
return answer
