package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/store/sqlite/native"
)

// openDB opens a fresh database with one scratch table, closed when the test ends.
func openDB(t testing.TB) *DB {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "data", "recado.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	createScratch(t, d)
	return d
}

func createScratch(t testing.TB, d *DB) {
	t.Helper()
	require.NoError(t, d.write(t.Context(), func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE scratch (n INTEGER PRIMARY KEY)`)
		return err
	}))
}

func put(n int) func(context.Context, *native.Conn) error {
	return func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO scratch (n) VALUES (?)`, n)
		return err
	}
}

func count(t testing.TB, d *DB) int {
	t.Helper()
	var n int
	require.NoError(t, d.reader().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch`).Scan(&n))
	return n
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(d.path + suffix)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
	info, err := os.Stat(filepath.Dir(d.path))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestConnectionsHaveTheirSettings(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	for query, want := range map[string]string{
		"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2", "PRAGMA foreign_keys": "1", "PRAGMA busy_timeout": "10000",
	} {
		var got string
		require.NoError(t, d.write(t.Context(), func(ctx context.Context, tx *native.Conn) error {
			return tx.QueryRowContext(ctx, query).Scan(&got)
		}))
		require.Equal(t, want, got, query)
	}
	_, err := d.reader().ExecContext(t.Context(), `INSERT INTO scratch (n) VALUES (1)`)
	require.Error(t, err, "readers must not write")
}

func TestPathIsNotReadAsOptions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?mode=memory&c%20#d.db")
	d, err := Open(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.NotZero(t, info.Size())
}

func TestFailedOperationUndoesItselfAlone(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	mine := errors.New("mine")
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			err := d.write(context.Background(), func(ctx context.Context, tx *native.Conn) error {
				if err := put(n)(ctx, tx); err != nil {
					return err
				}
				if n%2 == 1 {
					return mine
				}
				return nil
			})
			if n%2 == 1 {
				require.ErrorIs(t, err, mine)
			} else {
				require.NoError(t, err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 100, count(t, d))
}

func TestQueuedOperationsShareACommit(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		require.NoError(t, d.write(context.Background(), func(context.Context, *native.Conn) error {
			close(started)
			<-release
			return nil
		}))
	})
	<-started
	for n := range maxBatch * 2 {
		wg.Go(func() { require.NoError(t, d.write(context.Background(), put(n))) })
	}
	close(release)
	wg.Wait()
	require.Equal(t, maxBatch*2, count(t, d))
}

func TestCancelledBeforeItStartsDoesNotRun(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		require.NoError(t, d.write(context.Background(), func(context.Context, *native.Conn) error {
			close(started)
			<-release
			return nil
		}))
	})
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, d.write(ctx, put(1)), context.DeadlineExceeded)
	close(release)
	wg.Wait()
	require.Zero(t, count(t, d))
}

func TestCancelledWhileItRunsStillCommits(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		cancel()
		return put(1)(ctx, tx)
	}))
	require.Equal(t, 1, count(t, d))
}

func TestPanicReachesItsCallerAlone(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	require.PanicsWithValue(t, "boom", func() {
		_ = d.write(t.Context(), func(ctx context.Context, tx *native.Conn) error {
			if err := put(1)(ctx, tx); err != nil {
				return err
			}
			panic("boom")
		})
	})
	require.NoError(t, d.write(t.Context(), put(2)))
	require.Equal(t, 1, count(t, d))
}

func TestClosedRefuses(t *testing.T) {
	t.Parallel()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "recado.db"))
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.ErrorIs(t, d.write(t.Context(), put(1)), ErrClosed)
	require.NoError(t, d.Close(), "closing twice is fine")
}

func TestReopenKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "recado.db")
	d, err := Open(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, d.write(t.Context(), func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE scratch (n INTEGER PRIMARY KEY); INSERT INTO scratch VALUES (7)`)
		return err
	}))
	require.NoError(t, d.Close())
	d, err = Open(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, 1, count(t, d))
	require.NoError(t, d.Close())
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "recado.db")
	d, err := Open(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, d.write(t.Context(), func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, 'future', 0)`)
		return err
	}))
	require.NoError(t, d.Close())
	_, err = Open(t.Context(), path)
	require.ErrorIs(t, err, ErrSchemaTooNew)
}

func TestMigrationNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	_, err := loadMigrations(migrationFiles)
	require.NoError(t, err)
	file := &fstest.MapFile{Data: []byte("SELECT 1")}
	for name, files := range map[string]fstest.MapFS{
		"gap":       {"migrations/0001_a.sql": file, "migrations/0003_b.sql": file},
		"duplicate": {"migrations/0001_a.sql": file, "migrations/0001_b.sql": file},
		"no number": {"migrations/first.sql": file},
	} {
		_, err := loadMigrations(files)
		require.Error(t, err, name)
	}
}
