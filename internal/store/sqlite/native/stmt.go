package native

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"reflect"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// stmt is a compiled statement. What is bound to it points into mem, which lives as long as it does.
type stmt struct {
	c      *Conn
	p      uintptr
	params int
	busy   bool    // its rows are being read
	single bool    // used once, because the kept one was busy
	mem    uintptr // of texts and blobs
	room   int
}

// keepRoom is the memory for values that a statement keeps between uses.
const keepRoom = 64 << 10

// ExecContext runs the statements of text to their end and returns how many rows the last one changed. Only a text of
// one statement takes args.
func (c *Conn) ExecContext(_ context.Context, text string, args ...any) (int64, error) {
	s, rest, err := c.statement(text)
	for err == nil && s != nil {
		if err = s.bind(args); err == nil {
			err = s.drain()
		}
		changed := sqlite3.Xsqlite3_changes64(c.tls, c.db)
		s.done()
		if err != nil || rest == "" {
			return changed, err
		}
		s, rest, err = c.compile(rest)
	}
	return 0, err
}

// QueryContext runs a query. Its rows have to be closed before the connection is.
func (c *Conn) QueryContext(_ context.Context, text string, args ...any) (*Rows, error) {
	s, rest, err := c.statement(text)
	if err != nil {
		return nil, err
	}
	if s == nil || rest != "" {
		s.done()
		return nil, fmt.Errorf("sqlite: a query is one statement: %s", text)
	}
	if err := s.bind(args); err != nil {
		s.done()
		return nil, err
	}
	return &Rows{s: s}, nil
}

// QueryRowContext runs a query for its first row.
func (c *Conn) QueryRowContext(ctx context.Context, text string, args ...any) *Row {
	rows, err := c.QueryContext(ctx, text, args...)
	return &Row{rows: rows, err: err}
}

// statement returns the compiled text, kept from the last time if it is one statement, and what follows the first.
func (c *Conn) statement(text string) (s *stmt, rest string, err error) {
	kept := c.stmts[text]
	if kept != nil && !kept.busy {
		kept.busy = true
		return kept, "", nil
	}
	if s, rest, err = c.compile(text); s != nil && rest == "" && kept == nil && len(c.stmts) < maxStatements {
		s.single = false
		c.stmts[text] = s
	}
	return s, rest, err
}

// compile compiles the first statement of text; nil when there is none.
func (c *Conn) compile(text string) (s *stmt, rest string, err error) {
	p, err := libc.CString(text)
	if err != nil {
		return nil, "", err
	}
	defer libc.Xfree(c.tls, p)
	rc := sqlite3.Xsqlite3_prepare_v2(c.tls, c.db, p, -1, c.out, c.out+8)
	if rc != sqlite3.SQLITE_OK {
		return nil, "", c.failure(rc)
	}
	handle, tail := *at[uintptr](c.out), *at[uintptr](c.out + 8)
	if handle == 0 {
		return nil, "", nil
	}
	s = &stmt{c: c, p: handle, busy: true, single: true}
	s.params = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, handle))
	return s, text[tail-p:], nil
}

// bind gives the statement its values.
func (s *stmt) bind(args []any) error {
	if len(args) != s.params {
		return fmt.Errorf("sqlite: %d values for %d parameters", len(args), s.params)
	}
	size := 0
	for i, arg := range args {
		var err error
		if args[i], err = plain(arg); err != nil {
			return err
		}
		switch v := args[i].(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		}
	}
	if err := s.reserve(size); err != nil {
		return err
	}
	next := s.mem
	for i, arg := range args {
		rc, used := s.bindOne(int32(i+1), arg, next)
		if rc != sqlite3.SQLITE_OK {
			return s.c.failure(rc)
		}
		next += uintptr(used)
	}
	return nil
}

// plain reduces a value to one of the types that SQLite has: names of types, pointers and driver.Valuer go.
func plain(arg any) (any, error) {
	switch v := arg.(type) {
	case nil, string, []byte, int64, int, bool, float64:
		return arg, nil
	case driver.Valuer:
		arg, err := v.Value()
		return arg, err
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() <= math.MaxInt64 {
			return int64(v.Uint()), nil
		}
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return plain(v.Elem().Interface())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("sqlite: a %T cannot be stored", arg)
}

// bindOne binds one value; what has bytes is copied to mem, and used is how many.
func (s *stmt) bindOne(i int32, arg any, mem uintptr) (rc int32, used int) {
	tls := s.c.tls
	switch v := arg.(type) {
	case nil:
		return sqlite3.Xsqlite3_bind_null(tls, s.p, i), 0
	case string:
		copy(bytesAt(mem, len(v)), v)
		return sqlite3.Xsqlite3_bind_text(tls, s.p, i, mem, int32(len(v)), 0), len(v)
	case []byte:
		switch {
		case v == nil:
			return sqlite3.Xsqlite3_bind_null(tls, s.p, i), 0
		case len(v) == 0:
			return sqlite3.Xsqlite3_bind_zeroblob(tls, s.p, i, 0), 0
		}
		copy(bytesAt(mem, len(v)), v)
		return sqlite3.Xsqlite3_bind_blob(tls, s.p, i, mem, int32(len(v)), 0), len(v)
	case int64:
		return sqlite3.Xsqlite3_bind_int64(tls, s.p, i, v), 0
	case int:
		return sqlite3.Xsqlite3_bind_int64(tls, s.p, i, int64(v)), 0
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		return sqlite3.Xsqlite3_bind_int64(tls, s.p, i, n), 0
	case float64:
		return sqlite3.Xsqlite3_bind_double(tls, s.p, i, v), 0
	}
	return sqlite3.SQLITE_MISUSE, 0 // plain returns nothing else
}

// reserve makes mem at least size bytes, and never nothing: an empty text needs an address too.
func (s *stmt) reserve(size int) error {
	if s.room > 0 && size <= s.room {
		return nil
	}
	size = max(256, size+size/2)
	s.free()
	if s.mem = libc.Xmalloc(s.c.tls, libc.Tsize_t(size)); s.mem == 0 {
		return errNoMemory
	}
	s.room = size
	return nil
}

func (s *stmt) free() {
	if s.room > 0 {
		libc.Xfree(s.c.tls, s.mem)
		s.mem, s.room = 0, 0
	}
}

// step goes on to the next row.
func (s *stmt) step() (row bool, err error) {
	switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.p); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.failure(rc)
	}
}

// drain runs the statement to its end.
func (s *stmt) drain() error {
	for {
		if row, err := s.step(); !row || err != nil {
			return err
		}
	}
}

// done makes the statement ready for the next time.
func (s *stmt) done() {
	if s == nil || !s.busy {
		return
	}
	s.busy = false
	if s.single {
		s.finalize()
		return
	}
	sqlite3.Xsqlite3_reset(s.c.tls, s.p) // repeats the error of step
	if s.room > keepRoom {
		sqlite3.Xsqlite3_clear_bindings(s.c.tls, s.p)
		s.free()
	}
}

func (s *stmt) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p)
	s.free()
}

var errScan = errors.New("sqlite: a column does not fit its target")
