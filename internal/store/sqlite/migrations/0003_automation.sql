-- What flows need of the world around them. Times are unix milliseconds.

-- A note, messages.dir '*', is an engine input that is no message: new → done. It stays, so that its id is taken once.

CREATE TABLE calls ( -- web services that flows wait for
	shop    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	conv    TEXT    NOT NULL,
	request TEXT    NOT NULL, -- JSON
	at      INTEGER NOT NULL,
	PRIMARY KEY (shop, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_conv ON calls (shop, conv);

CREATE TABLE traces ( -- how the newest answers of a conversation came about
	shop TEXT    NOT NULL,
	conv TEXT    NOT NULL,
	rev  INTEGER NOT NULL,
	at   INTEGER NOT NULL,
	data TEXT    NOT NULL, -- JSON
	PRIMARY KEY (shop, conv, rev)
) STRICT, WITHOUT ROWID;
CREATE INDEX traces_at ON traces (at);

CREATE TABLE further_flows ( -- published besides the shop's current one
	shop   TEXT    NOT NULL,
	flow   TEXT    NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (shop, flow)
) STRICT, WITHOUT ROWID;

CREATE TABLE shop_settings ( -- by section: what people set up for a shop
	shop    TEXT NOT NULL,
	section TEXT NOT NULL,
	data    BLOB NOT NULL,
	PRIMARY KEY (shop, section)
) STRICT, WITHOUT ROWID;
