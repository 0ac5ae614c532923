-- KEYS: an entry of the board. ARGV: node and a line feed.
-- Removes the entry if the node showed it: who lost a shop must not wipe what its next owner shows.
local entry = redis.call('GET', KEYS[1])
if entry and string.sub(entry, 1, #ARGV[1]) == ARGV[1] then
	redis.call('UNLINK', KEYS[1])
end
return 0
