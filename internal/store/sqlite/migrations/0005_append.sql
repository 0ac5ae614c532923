-- What grows with every message is appended, and found by indexes. Kept in the order of its keys, every conversation has
-- a page of its own at which it grows, and a value of more than a quarter of a page lies apart from its row: an answer
-- wrote twice the pages.

CREATE TABLE messages_5 (
	shop       TEXT    NOT NULL,
	conv       TEXT    NOT NULL,
	n          INTEGER NOT NULL,
	id         TEXT    NOT NULL,
	what       TEXT    NOT NULL,
	dir        TEXT    NOT NULL,
	state      TEXT    NOT NULL,
	at         INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	author     TEXT    NOT NULL,
	body       TEXT    NOT NULL,
	code       TEXT    NOT NULL
) STRICT;
INSERT INTO messages_5 SELECT shop, conv, n, id, what, dir, state, at, not_before, author, body, code FROM messages ORDER BY at;
DROP TABLE messages;
ALTER TABLE messages_5 RENAME TO messages;
CREATE UNIQUE INDEX messages_place ON messages (shop, conv, n);
CREATE UNIQUE INDEX messages_once ON messages (shop, id, what, conv);
CREATE INDEX messages_waiting ON messages (shop, conv, n) WHERE state IN ('new', 'queued');

CREATE TABLE traces_5 (
	shop TEXT    NOT NULL,
	conv TEXT    NOT NULL,
	rev  INTEGER NOT NULL,
	at   INTEGER NOT NULL,
	data TEXT    NOT NULL
) STRICT;
INSERT INTO traces_5 SELECT shop, conv, rev, at, data FROM traces ORDER BY at;
DROP TABLE traces;
ALTER TABLE traces_5 RENAME TO traces;
CREATE UNIQUE INDEX traces_place ON traces (shop, conv, rev);

CREATE TABLE signal_values_5 (
	device  INTEGER NOT NULL REFERENCES signal_devices (id) ON DELETE CASCADE,
	kind    INTEGER NOT NULL,
	field   TEXT    NOT NULL,
	version INTEGER NOT NULL,
	value   BLOB    NOT NULL
) STRICT;
INSERT INTO signal_values_5 SELECT device, kind, field, version, value FROM signal_values;
DROP TABLE signal_values;
ALTER TABLE signal_values_5 RENAME TO signal_values;
CREATE UNIQUE INDEX signal_values_place ON signal_values (device, kind, field);
