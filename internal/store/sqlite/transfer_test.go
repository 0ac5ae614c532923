package sqlite

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/migrate"
)

// A table or a column that migrations do not know fails here: it is copied
// (transferred, and the row's type), or left for a reason (notTransferred).
func TestMigrationsKnowEveryColumn(t *testing.T) {
	t.Parallel()
	d := openDB(t)
	require.NoError(t, NewTransfer(d).PutMarker(t.Context(), nil))
	for _, k := range migrate.Kinds() {
		require.Contains(t, transferred, k)
	}
	known := make(map[string]string)
	for _, m := range transferred {
		maps.Copy(known, m.tables())
	}
	rows, err := d.reader().QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'scratch'`)
	tables, err := collect(rows, err, scanName)
	require.NoError(t, err)
	for _, table := range tables {
		if notTransferred[table] != "" {
			require.NotContains(t, known, table)
			continue
		}
		require.Contains(t, known, table, "a table that no migration copies")
		rows, err := d.reader().QueryContext(t.Context(), `SELECT name FROM pragma_table_info(?)`, table)
		columns, err := collect(rows, err, scanName)
		require.NoError(t, err)
		copied := strings.FieldsFunc(known[table], func(r rune) bool { return strings.ContainsRune(", \t\n", r) })
		slices.Sort(columns)
		slices.Sort(copied)
		require.Equal(t, columns, copied, "columns of %s", table)
	}
	for table := range known {
		require.Contains(t, tables, table)
	}
}

func scanName(s scanner) (name string, err error) { return name, s.Scan(&name) }
