-- Records: shops and their people, channels, flows, conversations. Times are unix milliseconds, 0 = never.

CREATE TABLE shops (
	id           TEXT    NOT NULL PRIMARY KEY,
	name         TEXT    NOT NULL,
	wa_connected INTEGER NOT NULL,
	wa_number    TEXT    NOT NULL,
	wa_last      INTEGER NOT NULL,
	created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
	id            TEXT    NOT NULL PRIMARY KEY,
	email         TEXT    NOT NULL UNIQUE,
	name          TEXT    NOT NULL,
	admin         INTEGER NOT NULL,
	password_hash TEXT    NOT NULL,
	created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
	shop TEXT NOT NULL REFERENCES shops (id),
	user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	role TEXT NOT NULL,
	PRIMARY KEY (shop, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (user);

CREATE TABLE logins ( -- a signed-in browser; hash is of its newest refresh token
	id         TEXT    NOT NULL PRIMARY KEY,
	user       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	hash       BLOB    NOT NULL,
	created_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_user ON logins (user);
CREATE INDEX logins_expiry ON logins (expires_at);

CREATE TABLE api_keys (
	id         TEXT    NOT NULL PRIMARY KEY,
	shop       TEXT    NOT NULL REFERENCES shops (id),
	name       TEXT    NOT NULL,
	role       TEXT    NOT NULL,
	prefix     TEXT    NOT NULL,
	hash       BLOB    NOT NULL UNIQUE,
	created_by TEXT    NOT NULL,
	created_at INTEGER NOT NULL,
	last_used  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_shop ON api_keys (shop);

CREATE TABLE channels (
	shop            TEXT    NOT NULL,
	type            TEXT    NOT NULL,
	enabled         INTEGER NOT NULL,
	status          TEXT    NOT NULL,
	reason          TEXT    NOT NULL,
	number          TEXT    NOT NULL,
	name            TEXT    NOT NULL,
	last_connection INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	PRIMARY KEY (shop, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX channels_number ON channels (number) WHERE number <> '';

CREATE TABLE flows ( -- versions, immutable
	shop         TEXT    NOT NULL,
	flow         TEXT    NOT NULL,
	number       INTEGER NOT NULL,
	doc          TEXT    NOT NULL,
	hash         TEXT    NOT NULL,
	published_at INTEGER NOT NULL,
	published_by TEXT    NOT NULL,
	PRIMARY KEY (shop, flow, number)
) STRICT;

CREATE TABLE current_flows (
	shop   TEXT    NOT NULL PRIMARY KEY,
	flow   TEXT    NOT NULL,
	number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE owners ( -- epoch of the newest ownership of a shop
	shop  TEXT    NOT NULL PRIMARY KEY,
	epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
	shop       TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	lid        TEXT    NOT NULL,
	phone      TEXT    NOT NULL,
	grp        TEXT    NOT NULL,
	aliases    TEXT    NOT NULL, -- as in contact_aliases, separated by spaces
	name       TEXT    NOT NULL,
	language   TEXT    NOT NULL,
	tags       TEXT    NOT NULL, -- JSON array, '' = none
	vars       TEXT    NOT NULL, -- JSON object, '' = none
	fields     TEXT    NOT NULL, -- JSON object, '' = none
	created_at INTEGER NOT NULL,
	PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_aliases ( -- message.Peer.Keys, each leading to one contact
	shop    TEXT NOT NULL,
	alias   TEXT NOT NULL,
	contact TEXT NOT NULL,
	PRIMARY KEY (shop, alias)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_aliases_contact ON contact_aliases (shop, contact);

CREATE TABLE conversations (
	shop         TEXT    NOT NULL,
	id           TEXT    NOT NULL,
	channel      TEXT    NOT NULL,
	contact      TEXT    NOT NULL,
	rev          INTEGER NOT NULL,
	top          INTEGER NOT NULL, -- n of the newest message
	run          BLOB,             -- state of the flow engine
	paused       INTEGER NOT NULL,
	attention    TEXT    NOT NULL, -- JSON, '' = none
	unread       INTEGER NOT NULL,
	window_until INTEGER NOT NULL,
	last_id      TEXT    NOT NULL,
	last_dir     TEXT    NOT NULL,
	last_kind    TEXT    NOT NULL,
	last_text    TEXT    NOT NULL,
	last_at      INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	UNIQUE (shop, id)
) STRICT;
CREATE UNIQUE INDEX conversations_contact ON conversations (shop, contact, channel);
CREATE INDEX conversations_recent ON conversations (shop, last_at, id) WHERE last_at > 0;

-- Inbox, outbox and history in one: a message is written once and changes its state. One row costs a third of the
-- pages that three tables would, and there is no moment in which it is in none of them, or in two.
--   dir 'in', a customer's:        new → done | dead
--   dir 'out', ours:               queued → sent → delivered → read | failed | dropped
--   dir 'out', by the shop's phone: new → sent → …, so that the flow sees it first
--   dir '-', a timer that fired:   new → deleted
CREATE TABLE messages (
	shop       TEXT    NOT NULL,
	conv       TEXT    NOT NULL,
	n          INTEGER NOT NULL, -- 1, 2, … within the conversation
	id         TEXT    NOT NULL, -- WhatsApp's; a timer's token
	what       TEXT    NOT NULL, -- with shop, id, conv: the key under which it is stored once
	dir        TEXT    NOT NULL,
	state      TEXT    NOT NULL,
	at         INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	author     TEXT    NOT NULL, -- flow, phone, a user's or a key's id; '' for customers
	body       TEXT    NOT NULL, -- JSON, see body in message.go
	code       TEXT    NOT NULL, -- why it failed
	PRIMARY KEY (shop, conv, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX messages_once ON messages (shop, id, what, conv);
CREATE INDEX messages_new ON messages (shop, conv, n) WHERE state = 'new';
CREATE INDEX messages_queued ON messages (shop, conv, n) WHERE state = 'queued';

CREATE TABLE timers (
	shop  TEXT    NOT NULL,
	conv  TEXT    NOT NULL,
	token TEXT    NOT NULL,
	due   INTEGER NOT NULL,
	PRIMARY KEY (shop, conv, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (shop, due);

CREATE TABLE assets (
	shop       TEXT    NOT NULL,
	name       TEXT    NOT NULL,
	mime       TEXT    NOT NULL,
	size       INTEGER NOT NULL,
	content    TEXT    NOT NULL, -- which pieces; another one with every upload
	created_at INTEGER NOT NULL,
	PRIMARY KEY (shop, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset_pieces (
	shop    TEXT    NOT NULL,
	content TEXT    NOT NULL,
	i       INTEGER NOT NULL, -- from 0
	data    BLOB    NOT NULL,
	PRIMARY KEY (shop, content, i)
) STRICT;
