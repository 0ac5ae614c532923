package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/store/storetest"
)

// openRecords opens the database at path as a process of its own does: handles
// that other calls opened stay as they are until the test ends.
func openRecords(t *testing.T, path string) storetest.Stores {
	t.Helper()
	d, err := Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	r, err := NewRecords(t.Context(), d)
	require.NoError(t, err)
	return storetest.Stores{
		Conversations: r, Tenants: r, Channels: r, Flows: r, Epochs: r, Settings: r,
		Reopen: func(t *testing.T) storetest.Stores { return openRecords(t, path) },
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Stores {
		return openRecords(t, filepath.Join(t.TempDir(), "recado.db"))
	})
}
