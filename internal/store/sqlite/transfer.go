package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"recado/internal/migrate"
	"recado/internal/store/sqlite/native"
)

// Transfer exports and imports the records of a database for migrations: it implements migrate.Records and
// migrate.MarkerStore. Signal exports the sessions.
type Transfer struct{ d *DB }

var (
	_ migrate.Records     = (*Transfer)(nil)
	_ migrate.MarkerStore = (*Transfer)(nil)
)

// NewTransfer returns the transfer of d.
func NewTransfer(d *DB) *Transfer { return &Transfer{d} }

// transferBatch is how many rows are in memory, and in one transaction, at a time.
const transferBatch = 500

// transferred says where each kind of rows is.
var transferred = map[migrate.Kind]mover{
	migrate.VaultKeys:    table[migrate.VaultKey]{name: "vault_keys", columns: "shop, purpose, wrapped"},
	migrate.Shops:        table[migrate.Shop]{name: "shops", columns: shopColumns},
	migrate.Users:        users{table[migrate.User]{name: "users", columns: userColumns}},
	migrate.Logins:       table[migrate.Login]{name: "logins", columns: loginColumns, expires: "expires_at"},
	migrate.APIKeys:      table[migrate.APIKey]{name: "api_keys", columns: apiKeyColumns},
	migrate.Channels:     table[migrate.Channel]{name: "channels", columns: channelColumns},
	migrate.Flows:        table[migrate.Flow]{name: "flows", columns: "shop, flow, number, doc, hash, published_at, published_by"},
	migrate.CurrentFlows: table[migrate.CurrentFlow]{name: "current_flows", columns: "shop, flow, number"},
	migrate.FurtherFlows: table[migrate.FurtherFlow]{name: "further_flows", columns: "shop, flow, number"},
	migrate.Settings:     table[migrate.Setting]{name: "shop_settings", columns: "shop, section, data"},
	migrate.Owners:       table[migrate.Owner]{name: "owners", columns: "shop, epoch"},
	migrate.Contacts: table[migrate.Contact]{
		name: "contacts", words: "Aliases",
		columns: "shop, id, lid, phone, grp, aliases, name, language, tags, vars, fields, created_at",
	},
	migrate.Aliases: table[migrate.Alias]{name: "contact_aliases", columns: "shop, alias, contact"},
	migrate.Conversations: table[migrate.Conversation]{
		name: "conversations", nullable: "Run",
		columns: `shop, id, channel, contact, rev, top, run, paused, attention, unread, window_until,
			last_id, last_dir, last_kind, last_text, last_at, created_at`,
	},
	migrate.Items: table[migrate.Item]{
		name: "messages", columns: "shop, conv, n, id, what, dir, state, at, not_before, author, body, code",
		toRow: inputToRow, fromRow: inputFromRow,
	},
	migrate.Timers: table[migrate.Timer]{name: "timers", columns: "shop, conv, token, due"},
	migrate.Calls:  table[migrate.Call]{name: "calls", columns: "shop, key, conv, request, at"},
	migrate.Traces: table[migrate.Trace]{name: "traces", columns: "shop, conv, rev, at, data"},
	migrate.Assets: table[migrate.Asset]{name: "assets", columns: "shop, name, mime, size, content, created_at"},
	migrate.Pieces: table[migrate.Piece]{
		name: "asset_pieces", columns: "shop, content, i, data", batch: 8, // of 1 MB each
		where: "EXISTS (SELECT 1 FROM assets a WHERE a.shop = asset_pieces.shop AND a.content = asset_pieces.content)", // else the upload was interrupted
	},
}

// notTransferred lists the other tables, each with the reason.
var notTransferred = map[string]string{
	"schema_migrations": "of this file's schema",
	"signal_devices":    "sessions, exported by Signal",
	"signal_values":     "sessions, exported by Signal",
	"migration":         "the marker itself",
}

// mover moves the rows of one kind.
type mover interface {
	exportRows(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) error
	importRows(ctx context.Context, tx *native.Conn, rows []migrate.Row) error
	tables() map[string]string // with their columns
}

// CompletePending implements migrate.Records: every act here is one transaction, so none is pending.
func (*Transfer) CompletePending(context.Context) error { return nil }

// Export implements migrate.Records.
func (t *Transfer) Export(ctx context.Context, k migrate.Kind, until time.Time, visit func([]migrate.Row) error) error {
	return transferred[k].exportRows(ctx, t.d, until, visit)
}

// Clear implements migrate.Records.
func (t *Transfer) Clear(ctx context.Context, k migrate.Kind) error {
	return t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		for _, name := range slices.Sorted(maps.Keys(transferred[k].tables())) { // memberships before users
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Import implements migrate.Records.
func (t *Transfer) Import(ctx context.Context, k migrate.Kind, rows []migrate.Row) error {
	for part := range slices.Chunk(rows, transferBatch) {
		err := t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error { return transferred[k].importRows(ctx, tx, part) })
		if err != nil {
			return err
		}
	}
	return nil
}

// The marker has a table that only migrations make.
const (
	createMarkerTable = `CREATE TABLE IF NOT EXISTS migration (id INTEGER PRIMARY KEY CHECK (id = 1), mark TEXT NOT NULL) STRICT`
	hasMarkerTable    = `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration')`
)

// Marker implements migrate.MarkerStore.
func (t *Transfer) Marker(ctx context.Context) (*migrate.Marker, error) {
	var has bool
	err := t.d.reader().QueryRowContext(ctx, hasMarkerTable).Scan(&has)
	if err != nil || !has {
		return nil, err
	}
	var text string
	err = t.d.reader().QueryRowContext(ctx, `SELECT mark FROM migration`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read marker: %w", err)
	}
	return migrate.ParseMarker(text)
}

// PutMarker implements migrate.MarkerStore.
func (t *Transfer) PutMarker(ctx context.Context, m *migrate.Marker) error {
	steps := []step{{createMarkerTable, nil}, {`DELETE FROM migration`, nil}}
	if m != nil {
		text, err := m.Text()
		if err != nil {
			return err
		}
		steps = append(steps, step{`INSERT INTO migration (id, mark) VALUES (1, ?)`, []any{text}})
	}
	return t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error { return run(ctx, tx, steps...) })
}
