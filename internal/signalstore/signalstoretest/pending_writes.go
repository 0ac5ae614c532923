package signalstoretest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

func pendingWrites(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	w.close(d)
	d = w.open(Key)
	m := d.Whatsmeow()
	user := types.NewJID("1", types.DefaultUserServer)
	applies := w.spy.Applies.Load()
	changed, _, err := m.Contacts.PutPushName(ctx, user, "Ana")
	require.NoError(t, err)
	require.True(t, changed)
	changed, previous, err := m.Contacts.PutPushName(ctx, user, "Anita")
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, "Ana", previous)
	require.NoError(t, m.PrivacyTokens.PutPrivacyTokens(ctx, store.PrivacyToken{User: user, Token: []byte{1}, Timestamp: time.Unix(5, 0)}))
	require.NoError(t, m.MsgSecrets.PutMessageSecret(ctx, user, user, "ID", []byte("first")))
	require.NoError(t, m.MsgSecrets.PutMessageSecret(ctx, user, user, "ID", []byte("second")))
	require.Equal(t, applies, w.spy.Applies.Load(), "no apply of their own")
	check := func(m *store.Device) {
		info, err := m.Contacts.GetContact(ctx, user)
		require.NoError(t, err)
		require.Equal(t, "Anita", info.PushName)
		all, err := m.Contacts.GetAllContacts(ctx)
		require.NoError(t, err)
		require.Equal(t, "Anita", all[user].PushName)
		token, err := m.PrivacyTokens.GetPrivacyToken(ctx, user)
		require.NoError(t, err)
		require.Equal(t, []byte{1}, token.Token)
		secret, _, err := m.MsgSecrets.GetMessageSecret(ctx, user, user, "ID")
		require.NoError(t, err)
		require.Equal(t, "first", string(secret))
	}
	check(m)
	w.close(d)
	require.Equal(t, applies+1, w.spy.Applies.Load())
	d = w.open(Key)
	check(d.Whatsmeow())

	_, _, err = d.Whatsmeow().Contacts.PutPushName(ctx, user, "Ana María")
	require.NoError(t, err)
	require.NoError(t, d.Whatsmeow().Identities.PutIdentity(ctx, "1:0", [32]byte{1}), "an urgent write")
	w.kill()
	info, err := w.open(Key).Whatsmeow().Contacts.GetContact(ctx, user)
	require.NoError(t, err)
	require.Equal(t, "Ana María", info.PushName, "the name went with it")
}

func tooManyPending(t *testing.T, w *world) {
	d := w.paired(Key)
	for n := range 700 {
		user := types.NewJID(fmt.Sprint(n), types.DefaultUserServer)
		_, _, err := d.Whatsmeow().Contacts.PutPushName(t.Context(), user, "Ana")
		require.NoError(t, err)
	}
	w.kill()
	all, err := w.open(Key).Whatsmeow().Contacts.GetAllContacts(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 400)
}

func smallCache(t *testing.T, w *world) {
	w.options.CacheBytes = 1
	w.kill()
	d := w.paired(Key)
	contacts := make([]*Contact, 4)
	for n := range contacts {
		contacts[n] = w.contact(d, n)
	}
	for n := range 3 {
		for _, c := range contacts {
			require.Equal(t, fmt.Sprintf("question %d", n+1), w.says(c, d))
			w.answered(c, d, fmt.Sprint(n))
		}
	}
	require.Zero(t, Race(t.Context(), t, d, 30))
}
