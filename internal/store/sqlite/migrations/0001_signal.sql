-- Sessions of package signalstore. A device is one shop's link to WhatsApp on one channel; its values are opaque,
-- sealed by package signalstore, addressed by kind (a small number, see signalstore.Kind) and field.
CREATE TABLE signal_devices (
	id        INTEGER PRIMARY KEY,
	shop      TEXT    NOT NULL,
	channel   TEXT    NOT NULL,
	epoch     INTEGER NOT NULL, -- of the owner that may write
	rev       INTEGER NOT NULL, -- +1 with every apply
	deleted   INTEGER NOT NULL, -- unix ms of the tombstone, 0 = alive
	UNIQUE (shop, channel)
) STRICT;

CREATE TABLE signal_values (
	device  INTEGER NOT NULL REFERENCES signal_devices (id) ON DELETE CASCADE,
	kind    INTEGER NOT NULL,
	field   TEXT    NOT NULL,
	version INTEGER NOT NULL, -- the rev of the apply that wrote it
	value   BLOB    NOT NULL,
	PRIMARY KEY (device, kind, field)
) STRICT, WITHOUT ROWID;
