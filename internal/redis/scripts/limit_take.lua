-- KEYS: a bucket. ARGV: burst, every (ms), now (unix ms, '' = the server's).
-- Uses a try and returns 0, or the milliseconds until the next one. A bucket is the moment at which it is full (GCRA).
local burst, every, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
	local time = redis.call('TIME')
	now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + every
local wait = full - now - burst * every
if wait > 0 then
	return wait
end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', full - now)
return 0
