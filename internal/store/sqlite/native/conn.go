// Package native is one connection to a SQLite file over SQLite's own C interface, for the goroutine that writes.
//
// database/sql is made for many connections and many callers: locks, dependencies between values, contexts that may
// interrupt, a copy of every value by reflection. The writer of package sqlite is one goroutine with one connection, and
// for every message it runs some twenty small statements, of which half the time went into that. Here a statement is
// compiled once, its values are copied once, and nothing is locked.
//
// The methods look like those of sql.Tx, so that code reads the same on both; their contexts end nothing.
package native

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is SQLite's refusal. Code is the extended result code.
type Error struct {
	Code int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.Text, e.Code) }

// maxStatements bounds the compiled statements that are kept; the texts of a program are fewer.
const maxStatements = 512

// Conn is a connection. It is not safe for concurrent use.
type Conn struct {
	tls   *libc.TLS
	db    uintptr
	out   uintptr // where prepare puts two pointers
	stmts map[string]*stmt
}

// Open opens the file at path for reading and writing; it has to exist. The pragmas are run before it returns.
func Open(path string, pragmas ...string) (*Conn, error) {
	c := &Conn{tls: libc.NewTLS(), stmts: make(map[string]*stmt)}
	if err := c.open(path); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	for _, p := range pragmas {
		if _, err := c.ExecContext(context.Background(), "PRAGMA "+p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), c.Close())
		}
	}
	return c, nil
}

func (c *Conn) open(path string) error {
	name, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	if c.out = libc.Xmalloc(c.tls, 16); c.out == 0 {
		return errNoMemory
	}
	// One goroutine uses it: SQLite's own locking of a connection would be in vain.
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, 0)
	c.db = *at[uintptr](c.out)
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// Close ends the connection; the last one of a file folds its log into it.
func (c *Conn) Close() error {
	for text, s := range c.stmts {
		s.finalize()
		delete(c.stmts, text)
	}
	var err error
	if c.db != 0 {
		if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
			err = c.failure(rc)
		}
		c.db = 0
	}
	if c.out != 0 {
		libc.Xfree(c.tls, c.out)
		c.out = 0
	}
	if c.tls != nil {
		c.tls.Close()
		c.tls = nil
	}
	return err
}

// InTransaction reports whether a transaction is open. SQLite ends one by itself after some failures.
func (c *Conn) InTransaction() bool { return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// Changes is how many rows were changed since the connection was opened.
func (c *Conn) Changes() int64 { return sqlite3.Xsqlite3_total_changes64(c.tls, c.db) }

func (c *Conn) failure(rc int32) error {
	e := &Error{Code: int(rc), Text: libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))}
	if c.db != 0 {
		e.Text = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	return e
}

var errNoMemory = errors.New("sqlite: out of memory")

// at is what SQLite keeps at address p, which is not Go's memory and does not move.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// bytesAt is n bytes of SQLite's memory.
func bytesAt(p uintptr, n int) []byte { return unsafe.Slice(at[byte](p), n) }
