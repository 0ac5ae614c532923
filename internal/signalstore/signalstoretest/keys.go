package signalstoretest

import (
	"context"
	"fmt"
	"strings"
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
	trusted := func(key byte) bool {
		ok, err := ids.IsTrustedIdentity(ctx, "1:0", [32]byte{key})
		require.NoError(t, err)
		return ok
	}
	require.True(t, trusted(2), "an unknown address is trusted")
	require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{1}))
	require.False(t, trusted(2))
	txn := d.Whatsmeow().EventBuffer.DoDecryptionTxn
	require.NoError(t, txn(ctx, func(ctx context.Context) error { // what AutoTrustIdentity does
		require.NoError(t, ids.DeleteIdentity(ctx, "1:0"))
		return ids.PutIdentity(ctx, "1:0", [32]byte{2})
	}))
	require.True(t, trusted(2))
	require.Error(t, txn(ctx, func(ctx context.Context) error {
		require.NoError(t, ids.PutIdentity(ctx, "1:0", [32]byte{3}))
		return errDisk
	}))
	require.False(t, trusted(3), "what was undone is not stored")
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

// strangeNames uses what a stranger could put into a JID or a message id.
func strangeNames(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	long := strings.Repeat("x", 100_000)
	for n, user := range []string{"", "a@b:c|d", "\x00", "é\xff", "'; DROP", "*?[", long, long + "y"} {
		m := d.Whatsmeow()
		jid := types.JID{User: user, RawAgent: 3, Device: 9, Integrator: 2, Server: types.HiddenUserServer}
		name := fmt.Sprint("name ", n)
		_, _, err := m.Contacts.PutPushName(ctx, jid, name)
		require.NoError(t, err)
		require.NoError(t, m.MsgSecrets.PutMessageSecret(ctx, jid, jid, user, []byte(name)))
		require.NoError(t, m.Sessions.PutSession(ctx, user+":1", []byte(name)))
		require.NoError(t, m.SenderKeys.PutSenderKey(ctx, user, user+":1", []byte(name)))
		w.close(d)

		d = w.open(Key)
		m = d.Whatsmeow()
		info, err := m.Contacts.GetContact(ctx, jid)
		require.NoError(t, err)
		require.Equal(t, name, info.PushName)
		all, err := m.Contacts.GetAllContacts(ctx)
		require.NoError(t, err)
		require.Equal(t, name, all[jid].PushName)
		secret, from, err := m.MsgSecrets.GetMessageSecret(ctx, jid, jid, user)
		require.NoError(t, err)
		require.Equal(t, name, string(secret))
		require.Equal(t, jid.ToNonAD(), from)
		session, err := m.Sessions.GetSession(ctx, user+":1")
		require.NoError(t, err)
		require.Equal(t, name, string(session))
		key, err := m.SenderKeys.GetSenderKey(ctx, user, user+":1")
		require.NoError(t, err)
		require.Equal(t, name, string(key))
	}
	_, _, err := d.Whatsmeow().Contacts.PutPushName(ctx, types.NewJID("1", types.DefaultUserServer), long)
	require.NoError(t, err)
	info, err := d.Whatsmeow().Contacts.GetContact(ctx, types.NewJID("1", types.DefaultUserServer))
	require.NoError(t, err)
	require.Less(t, len(info.PushName), 1000)
}
