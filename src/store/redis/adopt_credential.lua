-- KEYS  the sender's hash
-- ARGV  1 prefix  2 sender  3 credential  4 now
-- Gives 1 where a stop or a breaker ended, else 0. A sender that is not known yet stays so.
local prefix, credential, now = ARGV[1], ARGV[3], tonumber(ARGV[4])
local sender = sender_of(prefix, ARGV[2])
if not sender.known or sender.c == credential then return 0 end
local ended = adopt_credential(sender, credential)
finish(prefix, now)
return ended and 1 or 0
