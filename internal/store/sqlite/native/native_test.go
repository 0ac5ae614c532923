package native_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sqlite3 "modernc.org/sqlite/lib"

	"recado/internal/store/sqlite/native"
)

func open(t testing.TB) *native.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a b?c.db")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	c, err := native.Open(path, "journal_mode(WAL)", "foreign_keys(1)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func exec(t testing.TB, c *native.Conn, text string, args ...any) int64 {
	t.Helper()
	n, err := c.ExecContext(t.Context(), text, args...)
	require.NoError(t, err)
	return n
}

type (
	name  string
	count uint16
	doc   []byte
)

func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	c := open(t)
	exec(t, c, `CREATE TABLE x (a, b, c, d, e, f, g, h)`)
	number := int64(1 << 60)
	exec(t, c, `INSERT INTO x VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		name("ñandú"), "", count(7), true, doc{}, []byte(nil), &number, 1.5)
	var (
		a       name
		b       string
		n       count
		d       bool
		e, f    doc
		g       int64
		h       float64
		g2      string
		nothing sql.Null[string]
	)
	row := c.QueryRowContext(t.Context(), `SELECT a, b, c, d, e, f, g, h, g, NULL FROM x`)
	require.NoError(t, row.Scan(&a, &b, &n, &d, &e, &f, &g, &h, &g2, &nothing))
	require.Equal(t, name("ñandú"), a)
	require.Empty(t, b)
	require.Equal(t, count(7), n)
	require.True(t, d)
	require.NotNil(t, e)
	require.Empty(t, e)
	require.Nil(t, f)
	require.Equal(t, number, g)
	require.InDelta(t, 1.5, h, 0)
	require.Equal(t, "1152921504606846976", g2)
	require.False(t, nothing.Valid)
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	c := open(t)
	exec(t, c, `CREATE TABLE x (a)`)
	for what, do := range map[string]func() error{
		"too few values": func() error { _, err := c.ExecContext(t.Context(), `INSERT INTO x VALUES (?)`); return err },
		"a struct": func() error {
			_, err := c.ExecContext(t.Context(), `INSERT INTO x VALUES (?)`, struct{}{})
			return err
		},
		"NULL as text":     func() error { var s string; return c.QueryRowContext(t.Context(), `SELECT NULL`).Scan(&s) },
		"text as a number": func() error { var n int; return c.QueryRowContext(t.Context(), `SELECT 'x'`).Scan(&n) },
		"300 as a byte":    func() error { var n uint8; return c.QueryRowContext(t.Context(), `SELECT 300`).Scan(&n) },
		"two for one":      func() error { var a, b int; return c.QueryRowContext(t.Context(), `SELECT 1`).Scan(&a, &b) },
		"no statement":     func() error { _, err := c.QueryContext(t.Context(), `-- nothing`); return err },
		"two statements":   func() error { _, err := c.QueryContext(t.Context(), `SELECT 1; SELECT 2`); return err },
		"no SQL":           func() error { _, err := c.ExecContext(t.Context(), `INSERT INTO`); return err },
	} {
		require.Error(t, do(), what)
	}
	var n int
	require.ErrorIs(t, c.QueryRowContext(t.Context(), `SELECT a FROM x`).Scan(&n), sql.ErrNoRows)
}

func TestErrorsHaveTheirCode(t *testing.T) {
	t.Parallel()
	c := open(t)
	exec(t, c, `CREATE TABLE x (a PRIMARY KEY) WITHOUT ROWID`)
	for range 2 { // the statement works again after it was refused
		require.EqualValues(t, 1, exec(t, c, `INSERT INTO x VALUES (?)`, "one"))
		_, err := c.ExecContext(t.Context(), `INSERT INTO x VALUES (?)`, "one")
		var e *native.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, e.Code)
		require.EqualValues(t, 1, exec(t, c, `DELETE FROM x`))
	}
}

// A statement that is being read can be run again meanwhile, and a row that is not the last one ends its query.
func TestQueriesNest(t *testing.T) {
	t.Parallel()
	c := open(t)
	exec(t, c, `CREATE TABLE x (a); INSERT INTO x VALUES (1); INSERT INTO x VALUES (2)`)
	const text = `SELECT a FROM x WHERE a >= ? ORDER BY a`
	outer, err := c.QueryContext(t.Context(), text, 1)
	require.NoError(t, err)
	var seen []int
	for outer.Next() {
		var a, b int
		require.NoError(t, outer.Scan(&a))
		require.NoError(t, c.QueryRowContext(t.Context(), text, a).Scan(&b))
		seen = append(seen, a, b)
	}
	require.NoError(t, outer.Err())
	require.NoError(t, outer.Close())
	require.Equal(t, []int{1, 1, 2, 2}, seen)
	exec(t, c, `BEGIN`)
	require.True(t, c.InTransaction())
	require.NoError(t, c.QueryRowContext(t.Context(), `UPDATE x SET a = a + 10 RETURNING a`).Scan(new(int)))
	exec(t, c, `COMMIT`)
	require.False(t, c.InTransaction())
	var sum int
	require.NoError(t, c.QueryRowContext(t.Context(), `SELECT sum(a) FROM x`).Scan(&sum))
	require.Equal(t, 23, sum, "an update with RETURNING changes every row although one was read")
}

func TestLargeValuesDoNotStay(t *testing.T) {
	t.Parallel()
	c := open(t)
	exec(t, c, `CREATE TABLE x (a, b)`)
	for _, size := range []int{1 << 20, 10, 1 << 18, 0} {
		a, b := strings.Repeat("a", size), []byte(strings.Repeat("b", size))
		exec(t, c, `INSERT INTO x VALUES (?, ?)`, a, b)
		var gotA string
		var gotB []byte
		require.NoError(t, c.QueryRowContext(t.Context(), `SELECT a, b FROM x WHERE length(a) = ?`, size).Scan(&gotA, &gotB))
		require.Equal(t, a, gotA)
		require.Equal(t, b, gotB)
	}
}

func BenchmarkUpdateReturning(b *testing.B) {
	c := open(b)
	exec(b, c, `CREATE TABLE x (k TEXT PRIMARY KEY, n INTEGER, v BLOB) WITHOUT ROWID`)
	exec(b, c, `INSERT INTO x VALUES ('key', 0, x'')`)
	exec(b, c, `BEGIN`)
	value := []byte(strings.Repeat("v", 300))
	b.ReportAllocs()
	for b.Loop() {
		var n int64
		err := c.QueryRowContext(b.Context(), `UPDATE x SET n = n + 1, v = ? WHERE k = ? RETURNING n`, value, "key").Scan(&n)
		require.NoError(b, err)
	}
	exec(b, c, `COMMIT`)
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") {
			b.Log(b.N, line)
		}
	}
}
