-- Keys of package vault: one per shop and purpose, wrapped by a master key that is kept elsewhere.
CREATE TABLE vault_keys (
	shop    TEXT NOT NULL,
	purpose TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	PRIMARY KEY (shop, purpose)
) STRICT, WITHOUT ROWID;
