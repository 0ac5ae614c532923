-- KEYS: a shop's owner. ARGV: node, the epoch of an owner that is dead ('' = none).
-- Makes the node the owner and returns {epoch, '', ms to wait before connecting}, or {epoch, node} of the owner when
-- another node may be alive.
-- The epoch is max(old + 1, the server's time in ms): it grows even when the record was lost. Both are below 2^53.
local owner = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'state', 'not_before')
if owner[1] and owner[1] ~= ARGV[1] and owner[3] == 'held' and owner[2] ~= ARGV[2] then
	return {owner[2], owner[1]}
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local epoch = string.format('%.0f', math.max(tonumber(owner[2] or '0') + 1, now))
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'epoch', epoch, 'state', 'held', 'since', string.format('%.0f', now))
return {epoch, '', string.format('%.0f', math.max(tonumber(owner[4] or '0') - now, 0))}
