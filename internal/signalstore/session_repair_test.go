package signalstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// crossing returns a function in which the contact begins a second session while a message of the first is in transit.
func crossing(t *testing.T) (*signalstore.Device, *signalstoretest.Contact, func()) {
	t.Helper()
	ctx := t.Context()
	d, err := signalstore.New(kv.NewMemory(), signalstore.Options{}).Open(ctx, signalstoretest.Key, 1)
	require.NoError(t, err)
	signalstoretest.Pair(ctx, t, d)
	c := signalstoretest.NewContact(ctx, t, d.Whatsmeow(), 1)
	cross := func() {
		w := d.Whatsmeow()
		receive := func(e signalstoretest.Envelope) {
			require.NoError(t, c.Receive(ctx, w, e, func([]byte) error { return nil }))
		}
		write := func() signalstoretest.Envelope {
			e, err := c.Write(ctx, w)
			require.NoError(t, err)
			return e
		}
		answer := func() {
			e, err := c.Reply(ctx, d, "answer")
			require.NoError(t, err)
			_, err = c.Read(ctx, w, e)
			require.NoError(t, err, "the phone cannot read an answer")
		}
		receive(write())
		answer()
		late := write() // in the first session
		c.Begin(ctx, t, w)
		receive(write()) // in the second
		receive(late)
		receive(write()) // in the second
		answer()
		receive(write())
		answer()
	}
	return d, c, cross
}

// A late message of an old session leaves the new one usable.
func TestSessionsThatCrossStayUsable(t *testing.T) {
	t.Parallel()
	_, _, cross := crossing(t)
	for range 5 {
		cross()
	}
}

// However often sessions cross, the stored session stays small.
func TestArchivedSessionsDoNotPileUp(t *testing.T) {
	t.Parallel()
	d, c, cross := crossing(t)
	for range 15 {
		cross()
	}
	m := d.Whatsmeow()
	require.NoError(t, m.EventBuffer.DoDecryptionTxn(t.Context(), func(ctx context.Context) error {
		session, err := m.Sessions.GetSession(ctx, c.LID.SignalAddress().String())
		require.NoError(t, err)
		require.Less(t, len(session), 50_000)
		return nil
	}))
}
