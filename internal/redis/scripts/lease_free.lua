-- KEYS: a shop's owner. ARGV: node, epoch.
-- Gives the shop up if it is still the node's under that epoch. The record stays for its epoch.
local owner = redis.call('HMGET', KEYS[1], 'node', 'epoch')
if owner[1] == ARGV[1] and owner[2] == ARGV[2] then
	redis.call('HSET', KEYS[1], 'state', 'free')
end
return 0
