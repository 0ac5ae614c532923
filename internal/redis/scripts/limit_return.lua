-- KEYS: a bucket. ARGV: every (ms). Gives one try back.
local full = redis.call('GET', KEYS[1])
if full then
	redis.call('SET', KEYS[1], string.format('%.0f', tonumber(full) - tonumber(ARGV[1])), 'KEEPTTL')
end
return 0
