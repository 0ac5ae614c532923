// Package vaulttest is the contract of a vault.KeyStore as tests. Memory,
// SQLite and MongoDB pass all of it.
package vaulttest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
	"recado/internal/vault"
)

// Run runs the contract. open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) vault.KeyStore) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, vault.KeyStore){
		"stored once":          storedOnce,
		"stored once at once":  storedOnceConcurrently,
		"replaced if the same": replaced,
		"replaced at once":     replacedConcurrently,
		"listed in order":      listed,
		"deleted":              deleted,
		"names are apart":      apart,
		"a vault over it":      whole,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

var name = vault.Name{Shop: "tacos", Purpose: vault.Records}

func storedOnce(t *testing.T, s vault.KeyStore) {
	_, err := s.Get(t.Context(), name)
	require.ErrorIs(t, err, vault.ErrNoKey)
	first := []byte{0, 1, 255}
	got, err := s.PutIfAbsent(t.Context(), name, first)
	require.NoError(t, err)
	require.Equal(t, first, got)
	got, err = s.PutIfAbsent(t.Context(), name, []byte("second"))
	require.NoError(t, err)
	require.Equal(t, first, got, "the first stays")
	got, err = s.Get(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, first, got)
}

func storedOnceConcurrently(t *testing.T, s vault.KeyStore) {
	const writers = 16
	got := make([]string, writers)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			wrapped, err := s.PutIfAbsent(t.Context(), name, fmt.Append(nil, "key ", i))
			if err != nil {
				t.Error(err)
			}
			got[i] = string(wrapped)
		})
	}
	all.Wait()
	for _, g := range got {
		require.Equal(t, got[0], g, "all use the same key")
	}
}

func replaced(t *testing.T, s vault.KeyStore) {
	require.ErrorIs(t, s.Replace(t.Context(), name, nil, []byte("new")), vault.ErrChanged, "there is none")
	put(t, s, name, "old")
	require.ErrorIs(t, s.Replace(t.Context(), name, []byte("other"), []byte("new")), vault.ErrChanged)
	require.NoError(t, s.Replace(t.Context(), name, []byte("old"), []byte("new")))
	require.ErrorIs(t, s.Replace(t.Context(), name, []byte("old"), []byte("newer")), vault.ErrChanged)
	got, err := s.Get(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
}

func replacedConcurrently(t *testing.T, s vault.KeyStore) {
	put(t, s, name, "old")
	var won sync.Map
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if s.Replace(t.Context(), name, []byte("old"), fmt.Append(nil, "new ", i)) == nil {
				won.Store(i, true)
			}
		})
	}
	all.Wait()
	winners := 0
	won.Range(func(any, any) bool { winners++; return true })
	require.Equal(t, 1, winners)
}

func listed(t *testing.T, s vault.KeyStore) {
	var want []vault.Name
	for i := range 7 {
		for _, p := range []vault.Purpose{vault.Records, vault.Sessions} {
			n := vault.Name{Shop: tenant.ShopID(fmt.Sprint("shop-", i)), Purpose: p}
			put(t, s, n, n.String())
			want = append(want, n)
		}
	}
	var got []vault.Name
	for after := (vault.Name{}); ; {
		list, err := s.List(t.Context(), after, 3)
		require.NoError(t, err)
		if len(list) == 0 {
			break
		}
		require.LessOrEqual(t, len(list), 3)
		for _, e := range list {
			require.Equal(t, e.String(), string(e.Wrapped))
			got = append(got, e.Name)
		}
		after = got[len(got)-1]
	}
	require.Equal(t, want, got)
}

func deleted(t *testing.T, s vault.KeyStore) {
	require.NoError(t, s.Delete(t.Context(), name), "there is none")
	put(t, s, name, "key")
	require.NoError(t, s.Delete(t.Context(), name))
	_, err := s.Get(t.Context(), name)
	require.ErrorIs(t, err, vault.ErrNoKey)
	put(t, s, name, "another")
}

func apart(t *testing.T, s vault.KeyStore) {
	others := []vault.Name{{Shop: "tacos", Purpose: vault.Sessions}, {Shop: "tacos2", Purpose: vault.Records}, {Shop: "TACOS", Purpose: vault.Records}}
	put(t, s, name, "mine")
	for _, o := range others {
		_, err := s.Get(t.Context(), o)
		require.ErrorIs(t, err, vault.ErrNoKey, o)
		require.NoError(t, s.Delete(t.Context(), o))
		require.ErrorIs(t, s.Replace(t.Context(), o, []byte("mine"), []byte("theirs")), vault.ErrChanged)
		put(t, s, o, o.String())
	}
	got, err := s.Get(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, "mine", string(got))
}

// whole makes keys, seals, rotates, opens and shreds.
func whole(t *testing.T, s vault.KeyStore) {
	ctx := t.Context()
	before := vault.New(vault.Options{Store: s, Current: Master(t, 1)})
	k, err := before.Keys(ctx, "tacos", vault.Records)
	require.NoError(t, err)
	sealed, err := k.Seal("text", "M1", []byte("hola"))
	require.NoError(t, err)

	both := vault.New(vault.Options{Store: s, Current: Master(t, 2), Previous: []vault.Master{Master(t, 1)}})
	r, err := both.Rotate(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, r.Rotated)

	after := vault.New(vault.Options{Store: s, Current: Master(t, 2)})
	require.NoError(t, after.Check(ctx))
	k, err = after.Existing(ctx, "tacos", vault.Records)
	require.NoError(t, err)
	opened, err := k.Open("text", "M1", sealed)
	require.NoError(t, err)
	require.Equal(t, "hola", string(opened))
	require.NoError(t, after.Shred(ctx, "tacos"))
	_, err = after.Existing(ctx, "tacos", vault.Records)
	require.ErrorIs(t, err, vault.ErrNoKey)
}

func put(t *testing.T, s vault.KeyStore, n vault.Name, wrapped string) {
	t.Helper()
	got, err := s.PutIfAbsent(t.Context(), n, []byte(wrapped))
	require.NoError(t, err)
	require.Equal(t, wrapped, string(got))
}

// Master returns a master key for tests, another one for every n.
func Master(t testing.TB, n byte) vault.Master {
	t.Helper()
	secret := make([]byte, vault.MasterSize)
	secret[0] = n
	m, err := vault.NewMaster(secret)
	require.NoError(t, err)
	return m
}

// New returns a vault over a store in memory.
func New(t testing.TB) *vault.Vault {
	t.Helper()
	return vault.New(vault.Options{Store: &vault.Memory{}, Current: Master(t, 1)})
}
