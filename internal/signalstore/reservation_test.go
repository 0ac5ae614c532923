package signalstore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// A caller without a transaction that has read a session and never writes it delays others by a second and no more; if it
// writes after all, the comparison keeps it from undoing the writes of others.
func TestAbandonedReservationRunsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		d, err := signalstore.New(kv.NewMemory(), signalstore.Options{}).Open(ctx, signalstoretest.Key, 1)
		require.NoError(t, err)
		signalstoretest.Pair(ctx, t, d)
		m := d.Whatsmeow()
		require.NoError(t, m.Sessions.PutSession(ctx, "1:0", []byte("old")))
		_, err = m.Sessions.GetSession(ctx, "1:0")
		require.NoError(t, err)

		start := time.Now()
		require.NoError(t, m.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			if _, err := m.Sessions.GetSession(ctx, "1:0"); err != nil {
				return err
			}
			return m.Sessions.PutSession(ctx, "1:0", []byte("new"))
		}))
		require.Equal(t, time.Second, time.Since(start))
		require.ErrorIs(t, m.Sessions.PutSession(ctx, "1:0", []byte("late")), kv.ErrConflict)
		got, err := m.Sessions.GetSession(ctx, "1:0")
		require.NoError(t, err)
		require.Equal(t, "new", string(got))

		cancelled, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		_, err = m.Sessions.GetSession(cancelled, "1:0") // reserved by the read before
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, d.Err())
	})
}
