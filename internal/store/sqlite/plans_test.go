package sqlite

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hotWrites are the writer's statements for every message.
var hotWrites = []string{
	selectListed, selectNew, selectReady,
	selectByAlias, touchConversation, insertMessage, selectOnce, selectEpoch,
	commitQuiet, commitSpeaking, finishItem, deleteItem, insertTrace, pruneTraces, settleSent, settleFailed, updateDelivered, updateRead,
}

// TestHotStatementsSearch holds that what runs for every message finds its rows
// by whole keys, whatever the planner thinks of an empty table: a statement that
// walks all messages of a shop works well until the shop has many.
func TestHotStatementsSearch(t *testing.T) {
	t.Parallel()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "recado.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	for _, text := range slices.Concat(hotReads, hotWrites) {
		var args []any
		for range 20 {
			args = append(args, "x")
		}
		rows, err := d.reader().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args[:parameters(t, text)]...)
		lines, err := collect(rows, err, func(s scanner) (detail string, err error) {
			var id, parent, unused int
			return detail, s.Scan(&id, &parent, &unused, &detail)
		})
		require.NoError(t, err, text)
		for _, line := range lines {
			require.NotContains(t, line, "SCAN", text)
			if strings.HasPrefix(line, "SEARCH messages ") {
				require.Regexp(t, `messages_|shop=\? AND conv=\? AND n=\?`, line, text)
			}
		}
	}
}

var numbered = regexp.MustCompile(`\?(\d+)`)

// parameters is how many values a statement takes.
func parameters(t *testing.T, text string) int {
	t.Helper()
	most := 0
	for _, m := range numbered.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		most = max(most, n)
	}
	if most > 0 {
		return most
	}
	return strings.Count(text, "?")
}
