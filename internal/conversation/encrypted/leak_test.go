package encrypted_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/conversation/encrypted/encryptedtest"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
)

const (
	shop = tenant.ShopID("taqueria")
	web  = message.WhatsAppBaileys
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The bytes of the database contain no private word of a device and a
// conversation; without the seal they contain all of them, so the search works.
func TestFilesContainNoPrivateWord(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "recado.db")
		db, records, v := open(t, path)
		signal, err := sqlite.NewSignal(t.Context(), db)
		require.NoError(t, err)
		o, store := signalstore.Options{}, conversation.Store(records)
		if hidden {
			o.Sealers, store = v.Device, encrypted.New(records, v)
		}
		link, talk := encryptedtest.Link(t, signalstore.New(signal, o)), encryptedtest.Converse(t, store)
		while := files(t, path)
		require.NoError(t, db.Close()) // the log goes into the file
		for _, data := range [][]byte{while, files(t, path)} {
			if hidden {
				require.Empty(t, slices.Concat(link.Found(data), talk.Found(data)))
			}
		}
		if !hidden {
			require.Equal(t, link.Names(), link.Found(while))
			require.Equal(t, talk.Names(), talk.Found(while))
		}
	}
}

// files are the bytes of a database, its log and its index of the log.
func files(t *testing.T, path string) (all []byte) {
	t.Helper()
	names, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, data...)
	}
	return all
}
