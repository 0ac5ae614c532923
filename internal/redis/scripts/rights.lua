-- ARGV: commands, as one would type them. Returns those that the user may not do, and does none of them.
-- Servers older than 7.0 cannot tell.
local denied = {}
if not redis.acl_check_cmd then
	return denied
end
for _, command in ipairs(ARGV) do
	local words = {}
	for word in string.gmatch(command, '%S+') do
		words[#words + 1] = word
	end
	if not redis.acl_check_cmd(unpack(words)) then
		denied[#denied + 1] = command
	end
end
return denied
