package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"recado/internal/migrate"
	"recado/internal/store/sqlite/native"
)

// table moves rows of type T, a field for a column.
type table[T any] struct {
	name, columns string
	fields        func(*T) []any // pointers, in the order of columns, that are scanned into and stored from
	where         string         // rows that count
	lasting       string         // column with the time until which a row is good
	batch         int            // rows at a time; 0 is transferBatch
	told, taken   func(*T) error // changes a row after it was read, before it is written
}

func (t table[T]) tables() map[string]string { return map[string]string{t.name: t.columns} }

func (t table[T]) clear() []string { return []string{"DELETE FROM " + t.name} }

func (t table[T]) export(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) (err error) {
	query, args := "SELECT "+t.columns+" FROM "+t.name, []any(nil)
	switch {
	case t.where != "":
		query += " WHERE " + t.where
	case t.lasting != "":
		query, args = query+" WHERE "+t.lasting+" > ?", []any{millis(until)}
	}
	rows, err := d.reader().QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	size := max(t.batch, 1)
	if t.batch == 0 {
		size = transferBatch
	}
	var batch []migrate.Row
	for rows.Next() {
		v := new(T)
		if err := rows.Scan(t.fields(v)...); err != nil {
			return err
		}
		if t.told != nil {
			if err := t.told(v); err != nil {
				return err
			}
		}
		if batch = append(batch, any(v).(migrate.Row)); len(batch) == size {
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

func (t table[T]) insert(ctx context.Context, tx *native.Conn, rows []migrate.Row) error {
	marks := strings.TrimSuffix(strings.Repeat("?, ", strings.Count(t.columns, ",")+1), ", ")
	text := "INSERT INTO " + t.name + " (" + t.columns + ") VALUES (" + marks + ")"
	for _, r := range rows {
		v := *any(r).(*T) // a copy: the caller's row stays as it is
		if t.taken != nil {
			if err := t.taken(&v); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, text, t.fields(&v)...); err != nil {
			return err
		}
	}
	return nil
}

// tellNote makes the body of a note its input, and forgets it when it is done.
func tellNote(r *migrate.Item) error {
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

// takeNote is the inverse of tellNote.
func takeNote(r *migrate.Item) (err error) {
	if r.Dir == dirNote {
		r.Body, err = encode(body{Input: json.RawMessage(r.Body)})
	}
	return err
}

// userRows moves users with their memberships.
type userRows struct{}

var (
	userTable = table[migrate.User]{name: "users", columns: userColumns, fields: func(r *migrate.User) []any {
		return []any{&r.ID, &r.Email, &r.Name, &r.Admin, &r.PasswordHash, &r.CreatedAt}
	}}
	memberColumns = "shop, user, role"
)

func (userRows) tables() map[string]string {
	t := userTable.tables()
	t["memberships"] = memberColumns
	return t
}

func (userRows) clear() []string { return []string{"DELETE FROM memberships", "DELETE FROM users"} }

func (userRows) export(ctx context.Context, d *DB, until time.Time, visit func([]migrate.Row) error) error {
	type member struct {
		user string
		in   migrate.Membership
	}
	found, err := d.reader().QueryContext(ctx, `SELECT user, shop, role FROM memberships ORDER BY user, shop`)
	list, err := collect(found, err, func(s scanner) (m member, err error) { return m, s.Scan(&m.user, &m.in.Shop, &m.in.Role) })
	if err != nil {
		return err
	}
	in := make(map[string][]migrate.Membership)
	for _, m := range list {
		in[m.user] = append(in[m.user], m.in)
	}
	return userTable.export(ctx, d, until, func(rows []migrate.Row) error {
		for _, r := range rows {
			u := r.(*migrate.User)
			u.Shops = in[u.ID]
		}
		return visit(rows)
	})
}

func (userRows) insert(ctx context.Context, tx *native.Conn, rows []migrate.Row) error {
	if err := userTable.insert(ctx, tx, rows); err != nil {
		return err
	}
	for _, r := range rows {
		u := r.(*migrate.User)
		for _, m := range u.Shops {
			if err := run(ctx, tx, step{`INSERT INTO memberships (` + memberColumns + `) VALUES (?, ?, ?)`, []any{m.Shop, u.ID, m.Role}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// blob is a column of bytes; nil is empty.
type blob struct{ b *[]byte }

// Scan implements sql.Scanner.
func (c blob) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c.b = nil
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
func (c blob) Value() (driver.Value, error) { return append([]byte{}, *c.b...), nil }

// orNull is the column where empty is NULL.
func (c blob) orNull() nullBlob { return nullBlob{c} }

type nullBlob struct{ blob }

// Value implements driver.Valuer.
func (c nullBlob) Value() (driver.Value, error) {
	if len(*c.b) == 0 {
		return nil, nil
	}
	return c.blob.Value()
}

// words is a column of words separated by spaces.
type words struct{ s *[]string }

// Scan implements sql.Scanner.
func (c words) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("column of words holds %T", src)
	}
	if *c.s = strings.Fields(text); len(*c.s) == 0 {
		*c.s = nil
	}
	return nil
}

// Value implements driver.Valuer.
func (c words) Value() (driver.Value, error) { return strings.Join(*c.s, " "), nil }

// list is a column with a JSON array, or nothing.
type list struct{ s *[]string }

// Scan implements sql.Scanner.
func (c list) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("column of a list holds %T", src)
	}
	if err := decode(text, c.s); err != nil {
		return err
	}
	if len(*c.s) == 0 {
		*c.s = nil
	}
	return nil
}

// Value implements driver.Valuer.
func (c list) Value() (driver.Value, error) {
	if len(*c.s) == 0 {
		return "", nil
	}
	return encode(*c.s)
}

// transferredTables are the columns of every table that is moved.
func transferredTables() map[string]string {
	all := make(map[string]string)
	for _, m := range transferred {
		maps.Copy(all, m.tables())
	}
	return all
}
