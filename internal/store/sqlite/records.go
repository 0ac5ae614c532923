package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Records keeps everything but sessions: it implements tenant.Store,
// channel.Store, library.Store, cluster.Epochs and conversation.Store.
type Records struct {
	d *DB
	w statements // on the writing connection
	r statements // on the readers
}

// NewRecords returns the records in d. They end with it: there is nothing to close.
func NewRecords(ctx context.Context, d *DB) (*Records, error) {
	w, err := prepare(ctx, d.writeC, hotWrites)
	if err != nil {
		return nil, err
	}
	r, err := prepare(ctx, d.reader(), hotReads)
	if err != nil {
		return nil, err
	}
	return &Records{d: d, w: w, r: r}, nil
}

// statements are known by their text and compiled once per connection. Only
// what runs for every message is among them.
type statements map[string]*sql.Stmt

func prepare(ctx context.Context, db *sql.DB, texts []string) (statements, error) {
	s := make(statements, len(texts))
	for _, text := range texts {
		stmt, err := db.PrepareContext(ctx, text)
		if err != nil {
			return nil, fmt.Errorf("prepare %q: %w", text, err)
		}
		s[text] = stmt
	}
	return s, nil
}

// exec runs a prepared statement in tx and returns how many rows it changed.
func (s statements) exec(ctx context.Context, tx *sql.Tx, text string, args ...any) (int64, error) {
	res, err := tx.StmtContext(ctx, s[text]).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs a prepared query in tx.
func (s statements) row(ctx context.Context, tx *sql.Tx, text string, args ...any) *sql.Row {
	return tx.StmtContext(ctx, s[text]).QueryRowContext(ctx, args...)
}

// rows runs a prepared query in tx.
func (s statements) rows(ctx context.Context, tx *sql.Tx, text string, args ...any) (*sql.Rows, error) {
	return tx.StmtContext(ctx, s[text]).QueryContext(ctx, args...)
}

// write is DB.write with the operation's name on the error.
func (r *Records) write(ctx context.Context, what string, op func(ctx context.Context, tx *sql.Tx) error) error {
	if err := r.d.write(ctx, op); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// execAffected runs text and returns missing when it changed no row.
func execAffected(ctx context.Context, tx *sql.Tx, missing error, text string, args ...any) error {
	res, err := tx.ExecContext(ctx, text, args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = missing
	}
	return err
}

type scanner interface{ Scan(dest ...any) error }

// collect reads all rows by scan and closes them.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, v)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// or replaces sql.ErrNoRows by missing.
func or(err, missing error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return missing
	}
	return err
}

// violated reports whether err is the refusal of a constraint of that kind.
func violated(err error, codes ...int) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if e.Code() == c {
			return true
		}
	}
	return false
}

func duplicate(err error) bool {
	return violated(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func dangling(err error) bool { return violated(err, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY) }

// encode writes a column that is JSON.
func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode column: %w", err)
	}
	return string(b), nil
}

// decode reads a column that is JSON, or empty for nothing.
func decode(text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("decode column: %w", err)
	}
	return nil
}

// millis is how a time is stored: unix milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// moment is the inverse of millis, in UTC.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// timeInto is a Scan target for a column of milliseconds.
type timeInto struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i timeInto) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("time column holds %T", src)
	}
	*i.t = moment(ms)
	return nil
}

// jsonInto is a Scan target for a column that is JSON, or empty for nothing.
type jsonInto[T any] struct{ v **T }

// Scan implements sql.Scanner.
func (i jsonInto[T]) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON column holds %T", src)
	}
	if text == "" {
		return nil
	}
	*i.v = new(T)
	return decode(text, *i.v)
}
