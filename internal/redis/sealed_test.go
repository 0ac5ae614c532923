package redis

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/encrypted/encryptedtest"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/vault/vaulttest"
)

// The store over Redis does the same under encryption, as servers run it.
func TestSealedSignal(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	signalstoretest.RunStore(t, func(t *testing.T) kv.Backend { return s.open(t).Signal() },
		func(t *testing.T) kv.Sealers { return vaulttest.New(t).Device })
}

// Redis's files reveal nothing of a linked device, and all of it without encryption:
// the search works.
func TestTheFilesTellNothing(t *testing.T) {
	t.Parallel()
	for _, o := range []signalstore.Options{{Sealers: vaulttest.New(t).Device}, {}} {
		s := startServer(t)
		c := s.open(t)
		canaries := encryptedtest.Link(t, signalstore.New(c.Signal(), o))
		require.NoError(t, c.conn.Do(t.Context(), c.conn.B().Arbitrary("CONFIG", "SET", "rdbcompression", "no").Build()).Error())
		require.NoError(t, c.conn.Do(t.Context(), c.conn.B().Save().Build()).Error())
		found := canaries.Found(files(t, s.dir))
		if o.Sealers != nil {
			require.Empty(t, found)
		} else {
			require.Equal(t, canaries.Names(), found)
		}
	}
}

// files are the bytes of everything in dir.
func files(t *testing.T, dir string) (all []byte) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data...)
		return err
	}))
	return all
}
