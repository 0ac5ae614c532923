-- KEYS: meta, then all hashes of the device. ARGV: unix ms.
-- Removes the device if its tombstone is older, and returns 1 if it did.
local deleted = redis.call('HGET', KEYS[1], 'deleted')
if not deleted or tonumber(deleted) >= tonumber(ARGV[1]) then
	return 0
end
for i = 1, #KEYS do
	redis.call('UNLINK', KEYS[i])
end
return 1
