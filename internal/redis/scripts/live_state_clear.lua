-- KEYS: a live state. ARGV: node and a line feed.
-- Removes the entry if the node wrote it: a node that lost a shop must not remove the entry of the next owner.
local entry = redis.call('GET', KEYS[1])
if entry and string.sub(entry, 1, #ARGV[1]) == ARGV[1] then
	redis.call('UNLINK', KEYS[1])
end
return 0
