package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant/auth"
)

func TestKeyFromFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "access.key")
	keys := make([]ed25519.PrivateKey, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := auth.KeyFromFile(path)
			require.NoError(t, err)
			keys[i] = key
		})
	}
	all.Wait()
	for _, k := range keys {
		require.True(t, k.Equal(keys[0]), "programs that start at once agree")
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)

	require.NoError(t, os.Chmod(path, 0o640))
	_, err = auth.KeyFromFile(path)
	require.ErrorContains(t, err, "0600")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o600))
	_, err = auth.KeyFromFile(path)
	require.ErrorContains(t, err, "damaged")
	_, err = auth.KeyFromFile(filepath.Join(t.TempDir(), "missing", "access.key"))
	require.Error(t, err)
}

func TestKeyFromSecret(t *testing.T) {
	t.Parallel()
	one, err := auth.KeyFromSecret([]byte("one"))
	require.NoError(t, err)
	same, err := auth.KeyFromSecret([]byte("one"))
	require.NoError(t, err)
	other, err := auth.KeyFromSecret([]byte("two"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(one, same))
	require.False(t, bytes.Equal(one, other))
}
