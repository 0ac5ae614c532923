package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"recado/internal/store/sqlite/native"
)

// Records keeps everything but sessions and wrapped keys, with one embedded type
// for each neighbour whose Store it implements.
type Records struct {
	tenantStore
	channelStore
	flowStore
	settingStore
	conversationStore
}

// Each implements the Store of the package that it is named after; conversationStore
// implements cluster.Epochs as well.
type (
	tenantStore       struct{ *access }
	channelStore      struct{ *access }
	flowStore         struct{ *access }
	settingStore      struct{ *access }
	conversationStore struct{ *access }
)

// access is the database with the statements that are compiled once.
type access struct {
	d        *DB
	prepared statements // on the readers
}

// NewRecords returns the records in d. They end with it: there is nothing to close.
func NewRecords(ctx context.Context, d *DB) (*Records, error) {
	prepared, err := prepare(ctx, d.reader(), hotReads)
	if err != nil {
		return nil, err
	}
	a := &access{d, prepared}
	return &Records{tenantStore{a}, channelStore{a}, flowStore{a}, settingStore{a}, conversationStore{a}}, nil
}

// statements of the readers are known by their text and compiled once per
// connection. Only statements for every message are among them.
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

// write is DB.write with the operation's name on the error.
func (a *access) write(ctx context.Context, what string, op func(ctx context.Context, tx *native.Conn) error) error {
	if err := a.d.write(ctx, op); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// exec runs one statement in a transaction of its own, and returns missing, unless
// that is nil, when it changed no row.
func (a *access) exec(ctx context.Context, what string, missing error, text string, args ...any) error {
	return a.write(ctx, what, func(ctx context.Context, tx *native.Conn) error {
		return execAffected(ctx, tx, missing, text, args...)
	})
}

// execAffected runs text and returns missing when it changed no row.
func execAffected(ctx context.Context, tx *native.Conn, missing error, text string, args ...any) error {
	n, err := tx.ExecContext(ctx, text, args...)
	if err == nil && n == 0 {
		err = missing
	}
	return err
}

type scanner interface{ Scan(dest ...any) error }

// rowSource is the result of a query, of the readers or the writer.
type rowSource interface {
	scanner
	Next() bool
	Err() error
	Close() error
}

// collect reads all rows by scan and closes them.
func collect[T any](rows rowSource, err error, scan func(scanner) (T, error)) ([]T, error) {
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

// violated reports whether err is the writer's refusal for a constraint of that kind.
func violated(err error, codes ...int) bool {
	e, ok := errors.AsType[*native.Error](err)
	return ok && slices.Contains(codes, e.Code)
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
