// Package sqlite keeps Recado's embedded state in one SQLite file: the sessions of package signalstore and the records
// of package conversation and its neighbours.
//
// # One writer, many readers
//
// SQLite has one write lock per file, so the package does not pretend otherwise: a single goroutine owns the writing
// connection and everything that changes the file goes through [DB.write]. Whatever queues up while a commit waits for
// the disk shares the next one (group commit), so a hundred shops cost one fsync and not a hundred. Readers have their
// own read-only connections and, thanks to the write-ahead log, never wait for the writer.
//
// # Durability
//
// write returns after the commit is on the disk (WAL with synchronous=FULL). An operation that it reported as stored
// survives a kill -9 and a power cut; one that it did not report may or may not be there.
//
// # Lifecycle
//
// Open creates the directory (0700) and the file (0600), applies the migrations and starts the writer; Close ends it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"recado/internal/store/sqlite/native"

	_ "modernc.org/sqlite" // the driver, registered under the name "sqlite"
)

// readers bounds the read-only connections: enough that one slow listing does not hold up the dispatcher, few enough
// that their page caches (2 MB each at most) stay small.
const readers = 4

// ErrClosed is returned by operations on a closed DB.
var ErrClosed = errors.New("sqlite: database is closed")

// DB is one open database file. It is safe for concurrent use.
type DB struct {
	path   string
	writeC *native.Conn // used by the writer goroutine alone once Open has returned
	readC  *sql.DB

	queue   chan *operation // unbuffered: a sender waits in it until the writer takes its operation
	closing chan struct{}   // closed by Close: no operation is taken any more
	done    chan struct{}   // closed by the writer goroutine when it has ended
	once    sync.Once

	mu    sync.Mutex
	stmts []*sql.Stmt // closed with the database
}

// Open opens the database file at path, creating it and its directory when they do not exist, and brings its schema up
// to date. It fails with [ErrSchemaTooNew] when a newer version of the program has written the file.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := prepareFile(path); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	d := &DB{path: path, queue: make(chan *operation), closing: make(chan struct{}), done: make(chan struct{})}
	if err := d.connect(ctx); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, errors.Join(err, d.disconnect()))
	}
	go d.runWriter()
	return d, nil
}

// Close waits for the operation in progress, refuses all others with ErrClosed and closes the file.
func (d *DB) Close() error {
	d.once.Do(func() { close(d.closing) })
	<-d.done
	if err := d.disconnect(); err != nil {
		return fmt.Errorf("close database %s: %w", d.path, err)
	}
	return nil
}

// reader returns the pool of read-only connections. A reader sees every operation for which write has returned.
func (d *DB) reader() *sql.DB { return d.readC }

// prepare compiles a statement of the readers once for the life of the database.
func (d *DB) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt, err := d.readC.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stmts = append(d.stmts, stmt)
	return stmt, nil
}

func (d *DB) connect(ctx context.Context) error {
	if err := d.upgrade(ctx); err != nil {
		return err
	}
	var err error
	if d.writeC, err = native.Open(d.path, writerPragmas...); err != nil {
		return err
	}
	if d.readC, err = sql.Open("sqlite", dsn(d.path, "ro")); err != nil {
		return err
	}
	d.readC.SetMaxOpenConns(readers)
	d.readC.SetMaxIdleConns(readers)
	return d.readC.PingContext(ctx)
}

func (d *DB) upgrade(ctx context.Context) error {
	db, err := sql.Open("sqlite", dsn(d.path, "rwc"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(upgrade(ctx, db), db.Close())
}

func (d *DB) disconnect() error {
	var errs []error
	d.mu.Lock()
	for _, stmt := range d.stmts {
		errs = append(errs, stmt.Close())
	}
	d.stmts = nil
	d.mu.Unlock()
	if d.readC != nil {
		errs = append(errs, d.readC.Close())
	}
	if d.writeC != nil { // the last: it folds the log into the file when it goes
		errs = append(errs, d.writeC.Close())
	}
	return errors.Join(errs...)
}

// prepareFile creates the directory and the file with permissions for their owner alone; SQLite gives its -wal and
// -shm files the permissions of the database file.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// pragmas are of every connection.
var pragmas = []string{"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)"}

// writerPragmas are of the writer alone. secure_delete zeroes deleted keys in the pages that are written anyway.
var writerPragmas = append(slices.Clone(pragmas),
	"journal_mode(WAL)", "wal_autocheckpoint(4000)", "cache_size(-8000)", "secure_delete(FAST)")

// dsn builds the driver's data source name. The path is escaped: SQLite reads it as a URI.
func dsn(path, mode string) string {
	q := url.Values{
		"mode":    {mode},
		"_txlock": {"immediate"}, // a transaction that will write takes the lock at once, it never has to upgrade and fail
		"_pragma": writerPragmas,
	}
	if mode == "ro" {
		q.Set("_txlock", "deferred")
		q["_pragma"] = append(slices.Clone(pragmas), "cache_size(-2000)", "query_only(1)")
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}
