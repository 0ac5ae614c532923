package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

func TestVault(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(t *testing.T) vault.KeyStore { return NewVault(openDB(t)) })
}

func TestADestroyedKeyLeavesNoBytes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "recado.db")
	var wrapped []byte
	with := func(do func(*Vault)) {
		d, err := Open(ctx, path)
		require.NoError(t, err)
		do(NewVault(d))
		require.NoError(t, d.Close())
	}
	holds := func() bool {
		file, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoFileExists(t, path+"-wal")
		return len(wrapped) > 0 && bytes.Contains(file, wrapped)
	}
	n := vault.Name{Shop: "tacos", Purpose: vault.Records}
	with(func(v *Vault) {
		_, err := vault.New(vault.Options{Store: v, Current: vaulttest.Master(t, 1)}).Keys(ctx, n.Shop, n.Purpose)
		require.NoError(t, err)
		wrapped, err = v.Get(ctx, n)
		require.NoError(t, err)
	})
	require.True(t, holds())
	with(func(v *Vault) { require.NoError(t, v.Delete(ctx, n)) })
	require.False(t, holds())
}
