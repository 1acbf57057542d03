-- KEYS  the sender's hash
-- ARGV  1 prefix  2 sender  3 now
-- Gives 1 where a stop or a breaker ended, else 0.
local prefix, now = ARGV[1], tonumber(ARGV[3])
local sender = sender_of(prefix, ARGV[2])
if sender.sa == 0 and sender.b == 0 then return 0 end
close_breaker(sender)
end_stop(sender)
sender.touched = true
finish(prefix, now)
return 1
