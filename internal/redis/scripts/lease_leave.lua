-- KEYS: a node's lease. ARGV: process. Removes the lease if it is the process's.
if redis.call('GET', KEYS[1]) == ARGV[1] then
	redis.call('DEL', KEYS[1])
end
return 0
