-- KEYS: any key of the shop. Returns an id of this server that changes when it restarts or becomes the primary: then it may
-- have lost writes.
local server, replication = redis.call('INFO', 'server'), redis.call('INFO', 'replication')
return (string.match(server, 'run_id:(%w+)') or '') .. ':' .. (string.match(replication, 'master_replid:(%w+)') or '')
