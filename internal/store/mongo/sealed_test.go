package mongo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/sealed"
	"recado/internal/store/storetest"
	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

// TestSealedRecords holds that the contract is kept through the seal too, as
// servers use the store.
func TestSealedRecords(t *testing.T) {
	t.Parallel()
	var over func(t *testing.T, uri string) storetest.Stores
	over = func(t *testing.T, uri string) storetest.Stores {
		s := stores(t, uri)
		keys, err := NewVault(t.Context(), s.Tenants.(*Store))
		require.NoError(t, err)
		v := vault.New(vault.Options{Store: keys, Current: vaulttest.Master(t, 1)})
		s.Conversations = sealed.New(s.Conversations, v)
		s.Reopen = func(t *testing.T) storetest.Stores { return over(t, uri) }
		return s
	}
	storetest.Run(t, func(t *testing.T) storetest.Stores { return over(t, server.Database(t)) })
}
