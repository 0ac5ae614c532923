-- One unit of work, see kv.Apply.
-- KEYS: meta, then the hashes that the rest refers to by their place behind meta.
-- ARGV: epoch, rev, next, reset ('1' or ''), tombstone (unix ms or ''),
--       how many compares, each: hash, field, version as 8 bytes (absent: 8 zero bytes)
--       how many drops, each: hash, prefix
--       how many writes, each: hash, field, operation ('set', 'add' = if absent, 'del'), value
-- A value is its version as 8 bytes, then the data. Returns a word.
local meta = KEYS[1]
local at = 0
local function arg()
	at = at + 1
	return ARGV[at]
end
local function hash()
	return KEYS[1 + tonumber(arg())]
end

local epoch, rev, next, reset, tombstone = arg(), arg(), arg(), arg(), arg()
local stored = redis.call('HMGET', meta, 'epoch', 'rev', 'deleted')
if stored[1] ~= epoch then
	return 'FENCED'
end
if stored[2] ~= rev then
	return 'ROLLBACK'
end
if stored[3] and reset == '' then
	return 'DELETED'
end
for _ = 1, tonumber(arg()) do
	local key, field, version = hash(), arg(), arg()
	local value = redis.call('HGET', key, field)
	local found = '\0\0\0\0\0\0\0\0'
	if value then
		found = string.sub(value, 1, 8)
	end
	if found ~= version then
		return 'CONFLICT'
	end
end

if reset ~= '' then
	for i = 2, #KEYS do
		redis.call('UNLINK', KEYS[i])
	end
	redis.call('HDEL', meta, 'deleted')
end
for _ = 1, tonumber(arg()) do
	local key, prefix = hash(), arg()
	for _, field in ipairs(redis.call('HKEYS', key)) do
		if string.sub(field, 1, #prefix) == prefix then
			redis.call('HDEL', key, field)
		end
	end
end
for _ = 1, tonumber(arg()) do
	local key, field, operation, value = hash(), arg(), arg(), arg()
	if operation == 'set' then
		redis.call('HSET', key, field, value)
	elseif operation == 'add' then
		redis.call('HSETNX', key, field, value)
	else
		redis.call('HDEL', key, field)
	end
end
if tombstone ~= '' then
	redis.call('HSET', meta, 'deleted', tombstone)
end
redis.call('HSET', meta, 'rev', next)
return 'OK'
