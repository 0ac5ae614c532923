package vault_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

func device(t *testing.T) kv.Sealers { return vaulttest.New(t).Device }

func TestSealedDevicesInMemory(t *testing.T) {
	t.Parallel()
	signalstoretest.RunStore(t, func(*testing.T) kv.Backend { return kv.NewMemory() }, device)
}

func TestSealedDevicesInSQLite(t *testing.T) {
	t.Parallel()
	signalstoretest.RunStore(t, func(t *testing.T) kv.Backend {
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "recado.db"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		s, err := sqlite.NewSignal(t.Context(), db)
		require.NoError(t, err)
		return s
	}, device)
}

func TestDeviceValuesAreBoundToTheirPlace(t *testing.T) {
	t.Parallel()
	v := vaulttest.New(t)
	mine, wrapped := sealer(t, v, signalstoretest.Key, nil)
	ref := kv.Ref{Kind: kv.KindSession, Field: mine.Name(kv.KindSession, "549") + ":0"}
	sealed, err := mine.Seal(ref, []byte("ratchet"))
	require.NoError(t, err)
	again, rewrapped := sealer(t, v, signalstoretest.Key, wrapped)
	require.Equal(t, wrapped, rewrapped)
	data, err := again.Open(ref, sealed)
	require.NoError(t, err)
	require.Equal(t, "ratchet", string(data))

	foreign := func(shop tenant.ShopID, channel message.ChannelType) kv.Sealer {
		s, _ := sealer(t, v, kv.DeviceKey{Shop: shop, Channel: channel}, nil)
		return s
	}
	other := ref
	other.Field += "0"
	for name, open := range map[string]func() ([]byte, error){
		"another field": func() ([]byte, error) { return mine.Open(other, sealed) },
		"another kind": func() ([]byte, error) {
			return mine.Open(kv.Ref{Kind: kv.KindIdentity, Field: ref.Field}, sealed)
		},
		"another shop": func() ([]byte, error) { return foreign("pizza", signalstoretest.Key.Channel).Open(ref, sealed) },
		"another device": func() ([]byte, error) {
			return foreign(signalstoretest.Key.Shop, message.WhatsAppWeb).Open(ref, sealed)
		},
		"a later pairing": func() ([]byte, error) {
			s, _ := sealer(t, v, signalstoretest.Key, nil)
			return s.Open(ref, sealed)
		},
	} {
		_, err := open()
		require.ErrorIs(t, err, kv.ErrCorrupt, name)
	}
	for i := range sealed {
		flipped := slices.Clone(sealed)
		flipped[i] ^= 16
		_, err := mine.Open(ref, flipped)
		require.ErrorIs(t, err, kv.ErrCorrupt)
	}
}

// A device's wrapped key opens nothing elsewhere, and nothing once its shop's key is destroyed.
func TestDeviceKeyIsBoundToItsDevice(t *testing.T) {
	t.Parallel()
	v := vaulttest.New(t)
	key := signalstoretest.Key
	_, wrapped := sealer(t, v, key, nil)
	sealer(t, v, kv.DeviceKey{Shop: "pizza", Channel: key.Channel}, nil)
	refused := func(key kv.DeviceKey, wrapped []byte) {
		t.Helper()
		_, _, err := v.Device(t.Context(), key, wrapped)
		require.ErrorIs(t, err, kv.ErrCorrupt)
	}
	refused(kv.DeviceKey{Shop: "pizza", Channel: key.Channel}, wrapped)
	refused(kv.DeviceKey{Shop: key.Shop, Channel: message.WhatsAppWeb}, wrapped)
	refused(key, wrapped[1:])
	require.NoError(t, v.Shred(t.Context(), key.Shop))
	refused(key, wrapped)
	sealer(t, v, key, nil) // a new pairing creates a new key
	refused(key, wrapped)
}

func TestNamesAreHidden(t *testing.T) {
	t.Parallel()
	v := vaulttest.New(t)
	s, wrapped := sealer(t, v, signalstoretest.Key, nil)
	a := s.Name(kv.KindSession, "5491155550000")
	require.NotContains(t, a, "5491155550000")
	require.NotContains(t, a, ":")
	require.LessOrEqual(t, len(s.Name(kv.KindSession, strings.Repeat("x", 1000))), 64)
	again, _ := sealer(t, v, signalstoretest.Key, wrapped)
	require.Equal(t, a, again.Name(kv.KindSession, "5491155550000"))
	require.NotEqual(t, a, s.Name(kv.KindSession, "5491155550001"))
	require.NotEqual(t, a, s.Name(kv.KindIdentity, "5491155550000"))
	other, _ := sealer(t, v, kv.DeviceKey{Shop: "pizza", Channel: signalstoretest.Key.Channel}, nil)
	require.NotEqual(t, a, other.Name(kv.KindSession, "5491155550000"))
}

// Unlinking destroys the data key at once: the values that stay for 30 days cannot be opened, even with the master key.
func TestUnlinkingDestroysTheDeviceKey(t *testing.T) {
	t.Parallel()
	ctx, backend, v := t.Context(), kv.NewMemory(), vaulttest.New(t)
	d, err := signalstore.New(backend, signalstore.Options{Sealers: v.Device}).Open(ctx, signalstoretest.Key, 1)
	require.NoError(t, err)
	signalstoretest.Pair(ctx, t, d)
	dataKey := []kv.Ref{{Kind: kv.KindMeta, Field: "datakey"}}
	stored, err := backend.Read(ctx, signalstoretest.Key, dataKey)
	require.NoError(t, err)
	require.NotEmpty(t, stored[0].Data)
	require.NoError(t, d.Whatsmeow().Delete(ctx))
	stored, err = backend.Read(ctx, signalstoretest.Key, dataKey)
	require.NoError(t, err)
	require.Empty(t, stored[0].Data)
	left, err := backend.Scan(ctx, signalstoretest.Key, []kv.Range{{Kind: kv.KindCreds}})
	require.NoError(t, err)
	require.NotEmpty(t, left)
	s, _ := sealer(t, v, signalstoretest.Key, nil)
	_, err = s.Open(left[0].Ref, left[0].Data)
	require.ErrorIs(t, err, kv.ErrCorrupt)
}

func sealer(t *testing.T, v *vault.Vault, key kv.DeviceKey, wrapped []byte) (kv.Sealer, []byte) {
	t.Helper()
	s, rewrapped, err := v.Device(t.Context(), key, wrapped)
	require.NoError(t, err)
	return s, rewrapped
}
