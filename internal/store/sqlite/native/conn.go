// Package native is one connection to a SQLite file over SQLite's own C interface, for the goroutine that writes.
//
// database/sql serves many connections and callers: it locks, interrupts on cancellation and copies every value by
// reflection. The writer of package sqlite is one goroutine with one connection and runs some twenty small statements
// for every message; half of its time went into that. A Conn compiles a statement once, copies its values once and
// locks nothing. docs/adr/0004 holds the figures, also those of zombiezen.com/go/sqlite.
//
// The methods have the signatures of sql.Tx's, so that scanning code reads the same on both. They ignore their contexts:
// an interrupted statement would make SQLite roll back the whole transaction.
package native

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is an error of SQLite. Code is the extended result code.
type Error struct {
	Code int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.Text, e.Code) }

// maxStatements bounds the compiled statements of a connection; the program has fewer texts.
const maxStatements = 512

// Conn is a connection. It is not safe for concurrent use.
type Conn struct {
	tls     *libc.TLS
	db      uintptr
	results uintptr // room for the two pointers that prepare returns
	stmts   map[string]*stmt
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
	if c.results = libc.Xmalloc(c.tls, 16); c.results == 0 {
		return errNoMemory
	}
	// One goroutine uses the connection, so SQLite need not lock it.
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.results, flags, 0)
	c.db = *pointerTo[uintptr](c.results)
	if rc != sqlite3.SQLITE_OK {
		return c.errorOf(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// Close closes the connection; the last one of a file checkpoints its write-ahead log.
func (c *Conn) Close() error {
	for text, s := range c.stmts {
		s.finalize()
		delete(c.stmts, text)
	}
	var err error
	if c.db != 0 {
		if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
			err = c.errorOf(rc)
		}
		c.db = 0
	}
	if c.results != 0 {
		libc.Xfree(c.tls, c.results)
		c.results = 0
	}
	if c.tls != nil {
		c.tls.Close()
		c.tls = nil
	}
	return err
}

// InTransaction reports whether a transaction is open. After some errors SQLite has rolled it back itself.
func (c *Conn) InTransaction() bool { return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// Changes returns how many rows were changed since the connection was opened.
func (c *Conn) Changes() int64 { return sqlite3.Xsqlite3_total_changes64(c.tls, c.db) }

func (c *Conn) errorOf(rc int32) error {
	e := &Error{Code: int(rc), Text: libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))}
	if c.db != 0 {
		e.Text = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	return e
}

var errNoMemory = errors.New("sqlite: out of memory")

// pointerTo returns a pointer into SQLite's memory, which the garbage collector does not move.
func pointerTo[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// bytesOf returns n bytes of SQLite's memory.
func bytesOf(p uintptr, n int) []byte { return unsafe.Slice(pointerTo[byte](p), n) }
