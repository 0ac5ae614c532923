-- ARGV: commands with arguments. Returns those that the user has no right for, without running any.
-- Servers older than 7.0 cannot check and return none.
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
