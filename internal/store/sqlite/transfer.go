package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"recado/internal/migrate"
	"recado/internal/store/sqlite/native"
)

// Transfer tells and takes everything that the records of a database hold, for migrations: it implements
// migrate.Records and migrate.Ledger. Sessions are told by Signal.
type Transfer struct{ d *DB }

var (
	_ migrate.Records = (*Transfer)(nil)
	_ migrate.Ledger  = (*Transfer)(nil)
)

// NewTransfer returns the transfer of d.
func NewTransfer(d *DB) *Transfer { return &Transfer{d} }

// transferBatch is how many rows are in memory, and in one transaction, at a time.
const transferBatch = 500

// transferred is how each kind of rows lies in tables.
var transferred = map[migrate.Kind]mover{
	migrate.VaultKeys: table[migrate.VaultKey]{name: "vault_keys", columns: "shop, purpose, wrapped", fields: func(r *migrate.VaultKey) []any {
		return []any{&r.Shop, &r.Purpose, blob{&r.Wrapped}}
	}},
	migrate.Shops: table[migrate.Shop]{name: "shops", columns: shopColumns, fields: func(r *migrate.Shop) []any {
		return []any{&r.ID, &r.Name, &r.Connected, &r.Number, &r.LastConnection, &r.CreatedAt}
	}},
	migrate.Users: userRows{},
	migrate.Logins: table[migrate.Login]{name: "logins", columns: loginColumns, lasting: "expires_at", fields: func(r *migrate.Login) []any {
		return []any{&r.ID, &r.User, blob{&r.Hash}, &r.CreatedAt, &r.UsedAt, &r.ExpiresAt}
	}},
	migrate.APIKeys: table[migrate.APIKey]{name: "api_keys", columns: apiKeyColumns, fields: func(r *migrate.APIKey) []any {
		return []any{&r.ID, &r.Shop, &r.Name, &r.Role, &r.Prefix, blob{&r.Hash}, &r.CreatedBy, &r.CreatedAt, &r.LastUsed}
	}},
	migrate.Channels: table[migrate.Channel]{name: "channels", columns: channelColumns, fields: func(r *migrate.Channel) []any {
		return []any{&r.Shop, &r.Type, &r.Enabled, &r.Status, &r.Reason, &r.Number, &r.Name, &r.LastConnection, &r.CreatedAt, &r.UpdatedAt}
	}},
	migrate.Flows: table[migrate.Flow]{name: "flows", columns: "shop, flow, number, doc, hash, published_at, published_by", fields: func(r *migrate.Flow) []any {
		return []any{&r.Shop, &r.Flow, &r.Number, &r.Doc, &r.Hash, &r.PublishedAt, &r.PublishedBy}
	}},
	migrate.CurrentFlows: table[migrate.CurrentFlow]{name: "current_flows", columns: "shop, flow, number", fields: func(r *migrate.CurrentFlow) []any {
		return []any{&r.Shop, &r.Flow, &r.Number}
	}},
	migrate.FurtherFlows: table[migrate.FurtherFlow]{name: "further_flows", columns: "shop, flow, number", fields: func(r *migrate.FurtherFlow) []any {
		return []any{&r.Shop, &r.Flow, &r.Number}
	}},
	migrate.Settings: table[migrate.Setting]{name: "shop_settings", columns: "shop, section, data", fields: func(r *migrate.Setting) []any {
		return []any{&r.Shop, &r.Section, blob{&r.Data}}
	}},
	migrate.Owners: table[migrate.Owner]{name: "owners", columns: "shop, epoch", fields: func(r *migrate.Owner) []any {
		return []any{&r.Shop, &r.Epoch}
	}},
	migrate.Contacts: table[migrate.Contact]{
		name: "contacts", columns: "shop, id, lid, phone, grp, aliases, name, language, tags, vars, fields, created_at",
		fields: func(r *migrate.Contact) []any {
			return []any{
				&r.Shop, &r.ID, &r.LID, &r.Phone, &r.Group, words{&r.Aliases}, &r.Name, &r.Language, list{&r.Tags}, &r.Vars, &r.Fields, &r.CreatedAt,
			}
		},
	},
	migrate.Aliases: table[migrate.Alias]{name: "contact_aliases", columns: "shop, alias, contact", fields: func(r *migrate.Alias) []any {
		return []any{&r.Shop, &r.Alias, &r.Contact}
	}},
	migrate.Conversations: table[migrate.Conversation]{
		name: "conversations", columns: `shop, id, channel, contact, rev, top, run, paused, attention, unread, window_until,
			last_id, last_dir, last_kind, last_text, last_at, created_at`,
		fields: func(r *migrate.Conversation) []any {
			return []any{
				&r.Shop, &r.ID, &r.Channel, &r.Contact, &r.Rev, &r.Top, blob{&r.Run}.orNull(), &r.Paused, &r.Attention, &r.Unread, &r.WindowUntil,
				&r.LastID, &r.LastDir, &r.LastKind, &r.LastTxt, &r.LastAt, &r.CreatedAt,
			}
		},
	},
	migrate.Items: table[migrate.Item]{
		name: "messages", columns: "shop, conv, n, id, what, dir, state, at, not_before, author, body, code",
		fields: func(r *migrate.Item) []any {
			return []any{&r.Shop, &r.Conv, &r.N, &r.ID, &r.What, &r.Dir, &r.State, &r.At, &r.NotBefore, &r.Author, &r.Body, &r.Err}
		},
		told: tellNote, taken: takeNote,
	},
	migrate.Timers: table[migrate.Timer]{name: "timers", columns: "shop, conv, token, due", fields: func(r *migrate.Timer) []any {
		return []any{&r.Shop, &r.Conv, &r.Token, &r.Due}
	}},
	migrate.Calls: table[migrate.Call]{name: "calls", columns: "shop, key, conv, request, at", fields: func(r *migrate.Call) []any {
		return []any{&r.Shop, &r.Key, &r.Conv, &r.Request, &r.At}
	}},
	migrate.Traces: table[migrate.Trace]{name: "traces", columns: "shop, conv, rev, at, data", fields: func(r *migrate.Trace) []any {
		return []any{&r.Shop, &r.Conv, &r.Rev, &r.At, &r.Data}
	}},
	migrate.Assets: table[migrate.Asset]{name: "assets", columns: "shop, name, mime, size, content, created_at", fields: func(r *migrate.Asset) []any {
		return []any{&r.Shop, &r.Name, &r.MIME, &r.Size, &r.Content, &r.CreatedAt}
	}},
	migrate.Pieces: table[migrate.Piece]{
		name: "asset_pieces", columns: "shop, content, i, data", batch: 8, // of 1 MB each
		where:  "EXISTS (SELECT 1 FROM assets a WHERE a.shop = asset_pieces.shop AND a.content = asset_pieces.content)", // else an upload was cut off
		fields: func(r *migrate.Piece) []any { return []any{&r.Shop, &r.Content, &r.I, blob{&r.Data}} },
	},
}

// notTransferred are the other tables, each with the reason.
var notTransferred = map[string]string{
	"schema_migrations": "of this file's schema",
	"signal_devices":    "sessions, told by Signal",
	"signal_values":     "sessions, told by Signal",
	"migration":         "the mark itself",
}

// mover moves the rows of one kind.
type mover interface {
	export(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) error
	clear() []string // statements
	insert(ctx context.Context, tx *native.Conn, rows []migrate.Row) error
	tables() map[string]string // with their columns
}

// Finish implements migrate.Records: here nothing is ever half done.
func (*Transfer) Finish(context.Context) error { return nil }

// Export implements migrate.Records.
func (t *Transfer) Export(ctx context.Context, k migrate.Kind, until time.Time, visit func([]migrate.Row) error) error {
	return transferred[k].export(ctx, t.d, until, visit)
}

// Clear implements migrate.Records.
func (t *Transfer) Clear(ctx context.Context, k migrate.Kind) error {
	return t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		for _, statement := range transferred[k].clear() {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// Import implements migrate.Records.
func (t *Transfer) Import(ctx context.Context, k migrate.Kind, rows []migrate.Row) error {
	for part := range slices.Chunk(rows, transferBatch) {
		err := t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error { return transferred[k].insert(ctx, tx, part) })
		if err != nil {
			return err
		}
	}
	return nil
}

// The mark has a table that only migrations make.
const (
	makeMarkTable = `CREATE TABLE IF NOT EXISTS migration (id INTEGER PRIMARY KEY CHECK (id = 1), mark TEXT NOT NULL) STRICT`
	hasMarkTable  = `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration')`
)

// Mark implements migrate.Ledger.
func (t *Transfer) Mark(ctx context.Context) (*migrate.Mark, error) {
	var has bool
	err := t.d.reader().QueryRowContext(ctx, hasMarkTable).Scan(&has)
	if err != nil || !has {
		return nil, err
	}
	var text string
	err = t.d.reader().QueryRowContext(ctx, `SELECT mark FROM migration`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read mark: %w", err)
	}
	return migrate.ParseMark(text)
}

// PutMark implements migrate.Ledger.
func (t *Transfer) PutMark(ctx context.Context, m *migrate.Mark) error {
	steps := []step{{makeMarkTable, nil}, {`DELETE FROM migration`, nil}}
	if m != nil {
		text, err := m.Text()
		if err != nil {
			return err
		}
		steps = append(steps, step{`INSERT INTO migration (id, mark) VALUES (1, ?)`, []any{text}})
	}
	return t.d.write(ctx, func(ctx context.Context, tx *native.Conn) error { return run(ctx, tx, steps...) })
}
