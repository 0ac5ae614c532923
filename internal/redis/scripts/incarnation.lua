-- KEYS: any key of the shop. Returns what identifies this server until it restarts, or is made a primary, and may have
-- forgotten something.
local server, replication = redis.call('INFO', 'server'), redis.call('INFO', 'replication')
return (string.match(server, 'run_id:(%w+)') or '') .. ':' .. (string.match(replication, 'master_replid:(%w+)') or '')
