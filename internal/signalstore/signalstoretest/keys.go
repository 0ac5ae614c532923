package signalstoretest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/types"
)

func preKeyIDs(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	keys := d.Whatsmeow().PreKeys
	seen := map[uint32]bool{}
	note := func(id uint32) {
		require.False(t, seen[id], "prekey id %d was given before", id)
		seen[id] = true
	}
	for range 3 {
		batch, err := keys.GetOrGenPreKeys(ctx, 20)
		require.NoError(t, err)
		require.Len(t, batch, 20)
		for _, key := range batch {
			note(key.KeyID)
		}
		last := batch[19].KeyID
		require.NoError(t, keys.MarkPreKeysAsUploaded(ctx, last))
		one, err := keys.GenOnePreKey(ctx)
		require.NoError(t, err)
		note(one.KeyID)
		count, err := keys.UploadedPreKeyCount(ctx)
		require.NoError(t, err)
		require.Equal(t, 21, count)
		for id := range seen { // all are used
			require.NoError(t, keys.RemovePreKey(ctx, id))
		}
		count, err = keys.UploadedPreKeyCount(ctx)
		require.NoError(t, err)
		require.Zero(t, count)
		w.kill()
		keys = w.open(Key).Whatsmeow().PreKeys
	}
}

func identityChange(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	ids := d.Whatsmeow().Identities
	require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{1}))
	require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{1}))
	require.Empty(t, w.identities)
	trusted, err := ids.IsTrustedIdentity(ctx, "1:0", [32]byte{2})
	require.NoError(t, err)
	require.False(t, trusted)
	txn := d.Whatsmeow().EventBuffer.DoDecryptionTxn
	require.NoError(t, txn(ctx, func(ctx context.Context) error { // what AutoTrustIdentity does
		require.NoError(t, ids.DeleteIdentity(ctx, "1:0"))
		return ids.PutIdentity(ctx, "1:0", [32]byte{2})
	}))
	require.Equal(t, []string{"1:0"}, w.identities)
	require.Error(t, txn(ctx, func(ctx context.Context) error {
		require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{3}))
		return errDisk
	}))
	require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{4}))
	require.Equal(t, []string{"1:0", "1:0"}, w.identities, "what was undone is not reported")
}

func lidMapIsolated(t *testing.T, w *world) {
	ctx := t.Context()
	lid, pn := types.NewJID("77", types.HiddenUserServer), types.NewJID("55", types.DefaultUserServer)
	mine, other := w.paired(Key), w.paired(keyOther)
	require.NoError(t, mine.Whatsmeow().LIDs.PutLIDMapping(ctx, lid, pn))
	got, err := other.Whatsmeow().LIDs.GetLIDForPN(ctx, pn)
	require.NoError(t, err)
	require.True(t, got.IsEmpty())
}
