-- KEYS: meta. ARGV: epoch.
-- Makes epoch the owner unless there is a newer one, and returns {rev, deleted}, or false.
-- Numbers are compared as decimal text: Lua's are doubles.
local function less(a, b)
	return #a < #b or (#a == #b and a < b)
end
local stored = redis.call('HGET', KEYS[1], 'epoch')
if stored and less(ARGV[1], stored) then
	return false
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
redis.call('HSETNX', KEYS[1], 'rev', '0')
return {redis.call('HGET', KEYS[1], 'rev'), redis.call('HGET', KEYS[1], 'deleted') or '0'}
