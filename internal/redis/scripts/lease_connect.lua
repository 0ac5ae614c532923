-- KEYS: a shop's owner. ARGV: node, epoch, spacing (ms).
-- Records that the owner connects now. Returns 1, or 0 when the node is not the owner.
local owner = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'state')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] or owner[3] ~= 'held' then
	return 0
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', KEYS[1], 'not_before', string.format('%.0f', now + tonumber(ARGV[3])))
return 1
