-- KEYS: a node's lease. ARGV: process, milliseconds, '1' to take it from another process of the same node.
-- Renews the lease. Returns 1, or 0 when another process is this node by now.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and ARGV[3] == '' then
	return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
