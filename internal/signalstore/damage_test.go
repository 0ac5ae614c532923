package signalstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// FuzzStoredValues stores any bytes, properly sealed, in place of a record: reading may fail, it must not panic.
func FuzzStoredValues(f *testing.F) {
	for _, seed := range []string{"", "\x01", "\x02x", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x01\x20cut", "\x01\x02\x02\x02"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := t.Context()
		backend := kv.NewMemory()
		seal, _, err := kv.Plain(ctx, signalstoretest.Key, nil)
		require.NoError(t, err)
		writeAll(t, backend, seal, data)
		for _, read := range reads {
			s := signalstore.New(backend, signalstore.Options{Now: func() time.Time { return time.Unix(0, 0) }})
			d, err := s.Open(ctx, signalstoretest.Key, 2)
			if err != nil {
				require.ErrorIs(t, err, kv.ErrCorrupt)
				return
			}
			_ = read(ctx, d.Whatsmeow()) // with or without an error
		}
	})
}

// writeAll pairs a device and puts data into one value of each kind but the credentials.
func writeAll(t *testing.T, backend kv.Backend, seal kv.Sealer, data []byte) {
	t.Helper()
	d, err := signalstore.New(backend, signalstore.Options{}).Open(t.Context(), signalstoretest.Key, 1)
	require.NoError(t, err)
	signalstoretest.Pair(t.Context(), t, d)
	a := kv.Apply{Epoch: 1, Rev: 1, Next: 2}
	for _, ref := range []kv.Ref{
		{Kind: kv.KindMeta, Field: "prekeys"},
		{Kind: kv.KindMeta, Field: "salt"},
		{Kind: kv.KindSession, Field: "1:0"},
		{Kind: kv.KindIdentity, Field: "1:0"},
		{Kind: kv.KindPreKey, Field: "1"},
		{Kind: kv.KindSenderKey, Field: "1:0:g"},
		{Kind: kv.KindAppKey, Field: "01"},
		{Kind: kv.KindAppVersion, Field: "v"},
		{Kind: kv.KindAppMAC, Field: "v:01"},
		{Kind: kv.KindContact, Field: person.String()},
		{Kind: kv.KindChat, Field: person.String()},
		{Kind: kv.KindToken, Field: person.String()},
		{Kind: kv.KindSecret, Field: "0:" + person.String() + "|" + person.String() + "|id"},
		{Kind: kv.KindLID, Field: "p1"},
	} {
		sealed, err := seal.Seal(ref, data)
		require.NoError(t, err)
		a.Writes = append(a.Writes, kv.Write{Ref: ref, Data: sealed})
	}
	require.NoError(t, backend.Apply(t.Context(), signalstoretest.Key, a))
}

var person = types.NewJID("1", types.DefaultUserServer)

var reads = []func(ctx context.Context, m *store.Device) error{
	func(ctx context.Context, m *store.Device) error { return second(m.Sessions.GetSession(ctx, "1:0")) },
	func(ctx context.Context, m *store.Device) error {
		return second(m.Identities.IsTrustedIdentity(ctx, "1:0", [32]byte{}))
	},
	func(ctx context.Context, m *store.Device) error { return second(m.PreKeys.GetPreKey(ctx, 1)) },
	func(ctx context.Context, m *store.Device) error { return m.PreKeys.RemovePreKey(ctx, 1) },
	func(ctx context.Context, m *store.Device) error { return second(m.PreKeys.GetOrGenPreKeys(ctx, 1)) },
	func(ctx context.Context, m *store.Device) error {
		return second(m.SenderKeys.GetSenderKey(ctx, "g", "1:0"))
	},
	func(ctx context.Context, m *store.Device) error {
		return second(m.AppStateKeys.GetAppStateSyncKey(ctx, []byte{1}))
	},
	func(ctx context.Context, m *store.Device) error {
		return second(m.AppStateKeys.GetAllAppStateSyncKeys(ctx))
	},
	func(ctx context.Context, m *store.Device) error {
		_, _, err := m.AppState.GetAppStateVersion(ctx, "v")
		return err
	},
	func(ctx context.Context, m *store.Device) error {
		return second(m.AppState.GetAppStateMutationMAC(ctx, "v", []byte{1}))
	},
	func(ctx context.Context, m *store.Device) error { return second(m.Contacts.GetContact(ctx, person)) },
	func(ctx context.Context, m *store.Device) error { return second(m.Contacts.GetAllContacts(ctx)) },
	func(ctx context.Context, m *store.Device) error {
		return second(m.ChatSettings.GetChatSettings(ctx, person))
	},
	func(ctx context.Context, m *store.Device) error {
		return second(m.PrivacyTokens.GetPrivacyToken(ctx, person))
	},
	func(ctx context.Context, m *store.Device) error {
		return second(m.PrivacyTokens.DeleteExpiredPrivacyTokens(ctx, time.Unix(0, 0)))
	},
	func(ctx context.Context, m *store.Device) error {
		_, _, err := m.MsgSecrets.GetMessageSecret(ctx, person, person, "id")
		return err
	},
	func(ctx context.Context, m *store.Device) error { return second(m.LIDs.GetLIDForPN(ctx, person)) },
	func(ctx context.Context, m *store.Device) error {
		return second(m.LIDs.GetManyLIDsForPNs(ctx, []types.JID{person}))
	},
	func(ctx context.Context, m *store.Device) error { return second(m.NCTSalt.GetNCTSalt(ctx)) },
}

func second[T any](_ T, err error) error { return err }
