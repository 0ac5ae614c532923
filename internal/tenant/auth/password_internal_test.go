package auth

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStoredHashes is inside because no caller can hand a hash in.
func TestStoredHashes(t *testing.T) {
	t.Parallel()
	p := newPasswords(HashParams{Memory: 64, Passes: 1}, rand.Reader)
	hash, err := p.hash(t.Context(), "a password")
	require.NoError(t, err)
	other, err := p.hash(t.Context(), "a password")
	require.NoError(t, err)
	require.NotEqual(t, hash, other, "salted")
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$"))
	dear := newPasswords(DefaultHashParams, rand.Reader)
	for password, want := range map[string]bool{"a password": true, "a Password": false, "": false} {
		ok, err := dear.matches(t.Context(), hash, password)
		require.NoError(t, err)
		require.Equal(t, want, ok, "a hash of another cost is read at its own")
	}
	ok, err := p.matches(t.Context(), "", "a password")
	require.NoError(t, err)
	require.False(t, ok)
	cost, _, _, err := decode(p.dummy)
	require.NoError(t, err)
	require.Equal(t, p.params, cost, "nobody costs as much as somebody")
	for _, bad := range []string{
		"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", strings.Replace(hash, "m=64", "m=99999999", 1), strings.Replace(hash, "t=1", "t=9999", 1),
		strings.Replace(hash, "p=1", "p=9", 1), strings.Replace(hash, "v=19", "v=16", 1), hash + "$", hash[:len(hash)-4], strings.Replace(hash, "t=1", "t=0", 1),
	} {
		_, err := p.matches(t.Context(), bad, "a password")
		require.ErrorIs(t, err, errHash, bad)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	p := newPasswords(HashParams{Memory: 64, Passes: 1}, rand.Reader)
	for range cap(p.slots) { // all slots stay taken
		p.slots <- struct{}{}
	}
	ctx := t.Context()
	var waiting sync.WaitGroup
	for range maxQueue {
		waiting.Go(func() {
			_, err := p.hash(ctx, "x")
			require.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { return p.waiting.Load() == maxQueue }, 10*time.Second, time.Millisecond)
	_, err := p.hash(ctx, "x")
	require.ErrorIs(t, err, ErrBusy)
	for range cap(p.slots) {
		p.release()
	}
	waiting.Wait()
}

func BenchmarkHash(b *testing.B) {
	p := newPasswords(DefaultHashParams, rand.Reader)
	for b.Loop() {
		_, _ = p.hash(b.Context(), "a password")
	}
}
