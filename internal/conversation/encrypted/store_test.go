package encrypted_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/conversation/encrypted"
	"recado/internal/store/sqlite"
	"recado/internal/store/storetest"
	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens the database at path as a process of its own does.
func open(t testing.TB, path string) (*sqlite.DB, *sqlite.Records, *vault.Vault) {
	t.Helper()
	d, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	r, err := sqlite.NewRecords(t.Context(), d)
	require.NoError(t, err)
	return d, r, vault.New(vault.Options{Store: sqlite.NewVault(d), Current: vaulttest.Master(t, 1)})
}

// The contract of a record store holds through the seal, with nothing left out.
func TestStore(t *testing.T) {
	t.Parallel()
	var stores func(t *testing.T, path string) storetest.Stores
	stores = func(t *testing.T, path string) storetest.Stores {
		_, r, v := open(t, path)
		return storetest.Stores{
			Conversations: encrypted.New(r, v), Tenants: r, Channels: r, Flows: r, Epochs: r, Settings: r,
			Reopen: func(t *testing.T) storetest.Stores { return stores(t, path) },
		}
	}
	storetest.Run(t, func(t *testing.T) storetest.Stores { return stores(t, filepath.Join(t.TempDir(), "recado.db")) })
}
