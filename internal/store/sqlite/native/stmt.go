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

// stmt is a compiled statement. Its bound texts and blobs are in memory, which lives as long as the statement.
type stmt struct {
	c         *Conn
	p         uintptr
	params    int
	inUse     bool    // its rows are being read
	transient bool    // finalized after one use, because the kept one was in use
	memory    uintptr // of bound texts and blobs
	capacity  int     // of memory, in bytes
}

// maxKeptMemory is how much memory for values a statement keeps between uses.
const maxKeptMemory = 64 << 10

// ExecContext runs all statements of text and returns how many rows the last one changed. Only a text of one statement
// takes args.
func (c *Conn) ExecContext(_ context.Context, text string, args ...any) (int64, error) {
	s, rest, err := c.statement(text)
	for err == nil && s != nil {
		if err = s.bind(args); err == nil {
			err = s.runToEnd()
		}
		changed := sqlite3.Xsqlite3_changes64(c.tls, c.db)
		s.release()
		if err != nil || rest == "" {
			return changed, err
		}
		s, rest, err = c.compile(rest)
	}
	return 0, err
}

// QueryContext runs a query. Close its rows before the connection.
func (c *Conn) QueryContext(_ context.Context, text string, args ...any) (*Rows, error) {
	s, rest, err := c.statement(text)
	if err != nil {
		return nil, err
	}
	if s == nil || rest != "" {
		s.release()
		return nil, fmt.Errorf("sqlite: a query is one statement: %s", text)
	}
	if err := s.bind(args); err != nil {
		s.release()
		return nil, err
	}
	return &Rows{s: s}, nil
}

// QueryRowContext runs a query for its first row.
func (c *Conn) QueryRowContext(ctx context.Context, text string, args ...any) *Row {
	rows, err := c.QueryContext(ctx, text, args...)
	return &Row{rows: rows, err: err}
}

// statement returns the first statement of text, compiled now or kept from an earlier use, and the rest of text.
func (c *Conn) statement(text string) (s *stmt, rest string, err error) {
	kept := c.stmts[text]
	if kept != nil && !kept.inUse {
		kept.inUse = true
		return kept, "", nil
	}
	if s, rest, err = c.compile(text); s != nil && rest == "" && kept == nil && len(c.stmts) < maxStatements {
		s.transient = false
		c.stmts[text] = s
	}
	return s, rest, err
}

// compile compiles the first statement of text; s is nil when there is none.
func (c *Conn) compile(text string) (s *stmt, rest string, err error) {
	p, err := libc.CString(text)
	if err != nil {
		return nil, "", err
	}
	defer libc.Xfree(c.tls, p)
	rc := sqlite3.Xsqlite3_prepare_v2(c.tls, c.db, p, -1, c.results, c.results+8)
	if rc != sqlite3.SQLITE_OK {
		return nil, "", c.errorOf(rc)
	}
	handle, tail := *pointerTo[uintptr](c.results), *pointerTo[uintptr](c.results + 8)
	if handle == 0 {
		return nil, "", nil
	}
	s = &stmt{c: c, p: handle, inUse: true, transient: true}
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
		if args[i], err = toStorable(arg); err != nil {
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
	next := s.memory
	for i, arg := range args {
		rc, used := s.bindOne(int32(i+1), arg, next)
		if rc != sqlite3.SQLITE_OK {
			return s.c.errorOf(rc)
		}
		next += uintptr(used)
	}
	return nil
}

// toStorable converts a value to one of the types that SQLite stores: it resolves named types, pointers and driver.Valuer.
func toStorable(arg any) (any, error) {
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
		return toStorable(v.Elem().Interface())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("sqlite: a %T cannot be stored", arg)
}

// bindOne binds one value. It copies the bytes of a text or blob to mem; used is their number.
func (s *stmt) bindOne(i int32, arg any, mem uintptr) (rc int32, used int) {
	tls := s.c.tls
	switch v := arg.(type) {
	case nil:
		return sqlite3.Xsqlite3_bind_null(tls, s.p, i), 0
	case string:
		copy(bytesOf(mem, len(v)), v)
		return sqlite3.Xsqlite3_bind_text(tls, s.p, i, mem, int32(len(v)), 0), len(v)
	case []byte:
		switch {
		case v == nil:
			return sqlite3.Xsqlite3_bind_null(tls, s.p, i), 0
		case len(v) == 0:
			return sqlite3.Xsqlite3_bind_zeroblob(tls, s.p, i, 0), 0
		}
		copy(bytesOf(mem, len(v)), v)
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
	return sqlite3.SQLITE_MISUSE, 0 // toStorable returns no other type
}

// reserve makes memory hold at least size bytes, and at least one: an empty text needs an address, too.
func (s *stmt) reserve(size int) error {
	if s.capacity > 0 && size <= s.capacity {
		return nil
	}
	size = max(256, size+size/2)
	s.freeMemory()
	if s.memory = libc.Xmalloc(s.c.tls, libc.Tsize_t(size)); s.memory == 0 {
		return errNoMemory
	}
	s.capacity = size
	return nil
}

func (s *stmt) freeMemory() {
	if s.capacity > 0 {
		libc.Xfree(s.c.tls, s.memory)
		s.memory, s.capacity = 0, 0
	}
}

// step moves to the next row; row is false after the last one.
func (s *stmt) step() (row bool, err error) {
	switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.p); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.errorOf(rc)
	}
}

// runToEnd steps over the remaining rows.
func (s *stmt) runToEnd() error {
	for {
		if row, err := s.step(); !row || err != nil {
			return err
		}
	}
}

// release resets the statement for its next use.
func (s *stmt) release() {
	if s == nil || !s.inUse {
		return
	}
	s.inUse = false
	if s.transient {
		s.finalize()
		return
	}
	sqlite3.Xsqlite3_reset(s.c.tls, s.p) // returns the error of step again
	if s.capacity > maxKeptMemory {
		sqlite3.Xsqlite3_clear_bindings(s.c.tls, s.p)
		s.freeMemory()
	}
}

func (s *stmt) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p)
	s.freeMemory()
}

var errScan = errors.New("sqlite: a column does not fit its target")
