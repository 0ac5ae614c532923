package mongo

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/conversation/encrypted/encryptedtest"
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
		s.Conversations = encrypted.New(s.Conversations, v)
		s.Reopen = func(t *testing.T) storetest.Stores { return over(t, uri) }
		return s
	}
	storetest.Run(t, func(t *testing.T) storetest.Stores { return over(t, server.Database(t)) })
}

// The documents tell nothing of a conversation, and all of it without the seal:
// the search finds what is there.
func TestTheDocumentsTellNothing(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{true, false} {
		s := open(t, server.Database(t))
		store := conversation.Store(s)
		if hidden {
			keys, err := NewVault(t.Context(), s)
			require.NoError(t, err)
			store = encrypted.New(s, vault.New(vault.Options{Store: keys, Current: vaulttest.Master(t, 1)}))
		}
		canaries := encryptedtest.Converse(t, store)
		found := canaries.Found(documents(t, s))
		if hidden {
			require.Empty(t, found)
		} else {
			require.Equal(t, canaries.Names(), found)
		}
	}
}

// documents are the bytes of everything in the database.
func documents(t *testing.T, s *Store) (all []byte) {
	t.Helper()
	db := s.db.shops.Database()
	names, err := db.ListCollectionNames(t.Context(), bson.M{})
	require.NoError(t, err)
	for _, name := range names {
		found, err := db.Collection(name).Find(t.Context(), bson.M{})
		require.NoError(t, err)
		for found.Next(t.Context()) {
			all = append(all, found.Current...)
		}
		require.NoError(t, found.Err())
		require.NoError(t, found.Close(t.Context()))
	}
	return all
}
