package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"recado/internal/migrate"
	"recado/internal/store/sqlite/native"
)

// table moves rows of type T. Its columns are in the order of T's fields.
type table[T any] struct {
	name, columns string
	where         string         // condition of the rows to export; empty: all
	expires       string         // column with the time until which a row is valid
	nullable      string         // field that is NULL when it is empty
	words         string         // field that is a column of words separated by spaces
	batch         int            // rows at a time; 0 is transferBatch
	toRow         func(*T) error // changes a row after it was read
	fromRow       func(*T) error // changes a row before it is written
}

func (t table[T]) tables() map[string]string { return map[string]string{t.name: t.columns} }

// columnsOf returns what each field of r is scanned into and stored from; memberships
// are in a table of their own.
func (t table[T]) columnsOf(r *T) (columns []any) {
	for field, v := range reflect.ValueOf(r).Elem().Fields() {
		switch p := v.Addr().Interface().(type) {
		case *[]byte:
			columns = append(columns, blob{p, field.Name == t.nullable})
		case *[]string:
			columns = append(columns, list{p, field.Name == t.words})
		case *[]migrate.Membership:
		default:
			columns = append(columns, p)
		}
	}
	return columns
}

func (t table[T]) exportRows(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) (err error) {
	query, args := "SELECT "+t.columns+" FROM "+t.name, []any(nil)
	switch {
	case t.where != "":
		query += " WHERE " + t.where
	case t.expires != "":
		query, args = query+" WHERE "+t.expires+" > ?", []any{millis(until)}
	}
	rows, err := d.reader().QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	size := t.batch
	if size == 0 {
		size = transferBatch
	}
	var batch []migrate.Row
	for rows.Next() {
		r := new(T)
		err := rows.Scan(t.columnsOf(r)...)
		if err == nil && t.toRow != nil {
			err = t.toRow(r)
		}
		if err != nil {
			return err
		}
		if batch = append(batch, r); len(batch) == size {
			if err := visit(batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	if err := rows.Err(); err != nil || len(batch) == 0 {
		return err
	}
	return visit(batch)
}

func (t table[T]) importRows(ctx context.Context, tx *native.Conn, rows []migrate.Row) error {
	marks := strings.TrimSuffix(strings.Repeat("?, ", strings.Count(t.columns, ",")+1), ", ")
	text := "INSERT INTO " + t.name + " (" + t.columns + ") VALUES (" + marks + ")"
	for _, row := range rows {
		r := *row.(*T) // a copy: the caller's row stays as it is
		if t.fromRow != nil {
			if err := t.fromRow(&r); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, text, t.columnsOf(&r)...); err != nil {
			return err
		}
	}
	return nil
}

// inputToRow makes the body of a queued input its JSON, and drops that when it is done.
func inputToRow(r *migrate.Item) error {
	if r.Dir != dirNote {
		return nil
	}
	var b body
	if err := decode(r.Body, &b); err != nil {
		return err
	}
	if r.Body = string(b.Input); r.State == stateDone {
		r.Body = ""
	}
	return nil
}

// inputFromRow is the inverse of inputToRow.
func inputFromRow(r *migrate.Item) (err error) {
	if r.Dir == dirNote {
		r.Body, err = encode(body{Input: json.RawMessage(r.Body)})
	}
	return err
}

// users moves users with their memberships, which are a table of their own.
type users struct{ table[migrate.User] }

const memberColumns = "shop, user, role"

func (u users) tables() map[string]string {
	return map[string]string{u.name: u.columns, "memberships": memberColumns}
}

func (u users) exportRows(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) error {
	memberships := make(map[string][]migrate.Membership)
	found, err := d.reader().QueryContext(ctx, `SELECT user, shop, role FROM memberships ORDER BY user, shop`)
	_, err = collect(found, err, func(s scanner) (m migrate.Membership, err error) {
		var user string
		err = s.Scan(&user, &m.Shop, &m.Role)
		memberships[user] = append(memberships[user], m)
		return m, err
	})
	if err != nil {
		return err
	}
	u.toRow = func(r *migrate.User) error { r.Shops = memberships[r.ID]; return nil }
	return u.table.exportRows(ctx, d, until, visit)
}

func (u users) importRows(ctx context.Context, tx *native.Conn, rows []migrate.Row) error {
	if err := u.table.importRows(ctx, tx, rows); err != nil {
		return err
	}
	for _, r := range rows {
		for _, m := range r.(*migrate.User).Shops {
			if err := run(ctx, tx, step{`INSERT INTO memberships (` + memberColumns + `) VALUES (?, ?, ?)`, []any{m.Shop, r.(*migrate.User).ID, m.Role}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// blob is a column of bytes; empty is nil in rows.
type blob struct {
	b        *[]byte
	nullable bool // and NULL in the table
}

// Scan implements sql.Scanner.
func (c blob) Scan(src any) error {
	switch v := src.(type) {
	case nil:
	case []byte:
		*c.b = slices.Clone(v)
	case string:
		*c.b = []byte(v)
	default:
		return fmt.Errorf("column of bytes holds %T", src)
	}
	if len(*c.b) == 0 {
		*c.b = nil
	}
	return nil
}

// Value implements driver.Valuer.
func (c blob) Value() (driver.Value, error) {
	if c.nullable && len(*c.b) == 0 {
		return nil, nil
	}
	return append([]byte{}, *c.b...), nil
}

// list is a column of words separated by spaces, or of a JSON array; empty is nil
// in rows and "" in the table.
type list struct {
	s     *[]string
	words bool
}

// Scan implements sql.Scanner.
func (c list) Scan(src any) (err error) {
	text, ok := src.(string)
	switch {
	case !ok:
		return fmt.Errorf("column of a list holds %T", src)
	case c.words:
		*c.s = strings.Fields(text)
	default:
		err = decode(text, c.s)
	}
	if len(*c.s) == 0 {
		*c.s = nil
	}
	return err
}

// Value implements driver.Valuer.
func (c list) Value() (driver.Value, error) {
	if c.words || len(*c.s) == 0 {
		return strings.Join(*c.s, " "), nil
	}
	return encode(*c.s)
}
