package mongo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

func TestVault(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(t *testing.T) vault.KeyStore {
		v, err := NewVault(t.Context(), open(t, server.Database(t)))
		require.NoError(t, err)
		return v
	})
}
