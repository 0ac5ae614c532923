package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

func openSignal(t testing.TB, path string) (*Signal, *DB) {
	t.Helper()
	db, err := Open(t.Context(), path)
	require.NoError(t, err)
	s, err := NewSignal(t.Context(), db)
	require.NoError(t, err)
	return s, db
}

func TestSignal(t *testing.T) {
	t.Parallel()
	signalstoretest.Run(t, func(t *testing.T) kv.Backend {
		s, db := openSignal(t, filepath.Join(t.TempDir(), "recado.db"))
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return s
	})
}

func TestSignalSurvivesReopeningTheFile(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "recado.db")
	s, db := openSignal(t, path)
	d, err := signalstore.New(s, signalstore.Options{}).Open(ctx, signalstoretest.Key, 1)
	require.NoError(t, err)
	signalstoretest.Pair(ctx, t, d)
	c := signalstoretest.NewContact(ctx, t, d.Whatsmeow(), 1)
	handled := func([]byte) error { return nil }
	e, err := c.Write(ctx, d.Whatsmeow())
	require.NoError(t, err)
	require.NoError(t, c.Receive(ctx, d.Whatsmeow(), e, handled))
	require.NoError(t, db.Close())
	_, err = c.Reply(ctx, d, "nobody home")
	require.ErrorIs(t, err, ErrClosed)

	s, db = openSignal(t, path)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	d, err = signalstore.New(s, signalstore.Options{}).Open(ctx, signalstoretest.Key, 2)
	require.NoError(t, err)
	require.True(t, d.Paired())
	e, err = c.Write(ctx, d.Whatsmeow())
	require.NoError(t, err)
	require.NoError(t, c.Receive(ctx, d.Whatsmeow(), e, handled))
	e, err = c.Reply(ctx, d, "here I am")
	require.NoError(t, err)
	text, err := c.Read(ctx, d.Whatsmeow(), e)
	require.NoError(t, err)
	require.Equal(t, "here I am", string(text))
}

func BenchmarkSignal(b *testing.B) {
	s, db := openSignal(b, filepath.Join(b.TempDir(), "recado.db"))
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	signalstoretest.Bench(b, s)
}
