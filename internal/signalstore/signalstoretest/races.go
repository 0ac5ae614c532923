package signalstoretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore"
)

func decryptionRepeats(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	sessions := d.Whatsmeow().Sessions
	require.NoError(t, sessions.PutSession(ctx, "1:0", []byte{0}))
	runs := 0
	err := d.Whatsmeow().EventBuffer.DoDecryptionTxn(ctx, func(txn context.Context) error {
		runs++
		old, err := sessions.GetSession(txn, "1:0")
		require.NoError(t, err)
		if runs == 1 {
			require.NoError(t, sessions.PutSession(ctx, "1:0", []byte{old[0] + 10}))
		}
		again, err := sessions.GetSession(txn, "1:0")
		require.NoError(t, err)
		require.Equal(t, old, again, "a transaction sees one state")
		return sessions.PutSession(txn, "1:0", []byte{old[0] + 1})
	})
	require.NoError(t, err)
	require.Equal(t, 2, runs)
	got, err := sessions.GetSession(ctx, "1:0")
	require.NoError(t, err)
	require.Equal(t, []byte{11}, got)
}

func sendRepeats(t *testing.T, w *world) {
	d, c := w.conversation()
	w.says(c, d)
	runs := 0
	var e Envelope
	require.NoError(t, d.SendTxn(t.Context(), func(ctx context.Context) (err error) {
		runs++
		_, cached, err := d.Whatsmeow().WithCachedSessions(ctx, []string{c.LID.SignalAddress().String()})
		require.NoError(t, err)
		if e, err = encrypt(cached, d.Whatsmeow(), c.LID, []byte("answer")); err != nil {
			return err
		}
		if runs == 1 {
			w.says(c, d)
		}
		return d.Whatsmeow().PutCachedSessions(cached)
	}))
	require.Equal(t, 2, runs)
	w.reads(c, d.Whatsmeow(), e, "answer")
	w.answered(c, d, "another")

	failing := d.SendTxn(t.Context(), func(context.Context) error { return errDisk })
	require.ErrorIs(t, failing, errDisk, "other errors are not repeated")
}

func sendToNoDevice(t *testing.T, w *world) {
	ctx := t.Context()
	d, c := w.conversation()
	w.says(c, d)
	own, contact, stranger := d.Whatsmeow().LID.ToNonAD().SignalAddress().String(), c.LID.SignalAddress().String(), "555_1:0"
	send := func(to []string, stored ...string) error {
		return d.SendTxn(ctx, func(ctx context.Context) error {
			sessions, err := d.Whatsmeow().Sessions.GetManySessions(ctx, to)
			require.NoError(t, err)
			for address := range sessions {
				if !slices.Contains(stored, address) {
					delete(sessions, address)
				}
			}
			if len(sessions) == 0 {
				return nil // whatsmeow stores nothing and sends
			}
			return d.Whatsmeow().Sessions.PutManySessions(ctx, sessions)
		})
	}
	require.NoError(t, send([]string{contact, own}, contact, own))
	require.NoError(t, send([]string{contact, own}, contact), "the own phone may be unreachable")
	require.ErrorIs(t, send([]string{stranger, own}, own), signalstore.ErrNotEncrypted)
	require.ErrorIs(t, send([]string{stranger}), signalstore.ErrNotEncrypted)
	require.NoError(t, send([]string{stranger, contact, own}, contact, own), "in a group some are always missing")
	require.NoError(t, send([]string{own}, own), "a note to self")
	require.NoError(t, d.Err())
}

func ratchetRace(t *testing.T, w *world) {
	const rounds = 150
	d := w.paired(Key)
	failures := Race(t.Context(), t, d, rounds)
	require.Zero(t, failures, "messages that a phone could not read")
	w.close(d)
}

// Race has a contact write rounds messages while another goroutine replies as often, and returns how many messages were
// not readable on either side.
func Race(ctx context.Context, t *testing.T, d *signalstore.Device, rounds int) (unreadable int) {
	t.Helper()
	c := NewContact(ctx, t, d.Whatsmeow(), 999)
	first, err := c.Write(ctx, d.Whatsmeow())
	require.NoError(t, err)
	require.NoError(t, c.Receive(ctx, d.Whatsmeow(), first, func([]byte) error { return nil }))
	var mu sync.Mutex
	count := func(err error) {
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			if unreadable++; unreadable == 1 {
				t.Logf("first unreadable message: %v", err)
			}
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			e, err := c.Write(ctx, d.Whatsmeow())
			count(err)
			count(c.Receive(ctx, d.Whatsmeow(), e, func([]byte) error { return nil }))
		}
	})
	wg.Go(func() {
		for n := range rounds {
			e, err := c.Reply(ctx, d, fmt.Sprintf("answer %d", n))
			count(err)
			_, err = c.Read(ctx, d.Whatsmeow(), e)
			count(err)
		}
	})
	wg.Wait()
	return unreadable
}

// retryReserves interleaves a caller without a transaction with one in a transaction: the one without must win.
func retryReserves(t *testing.T, w *world) {
	ctx := t.Context()
	d, c := w.conversation()
	w.says(c, d)
	address := c.LID.SignalAddress().String()
	raw, err := d.Whatsmeow().Sessions.GetSession(ctx, address) // a retry reads …
	require.NoError(t, err)
	require.NotNil(t, raw)
	entered, done := make(chan struct{}), make(chan Envelope, 1)
	go func() {
		close(entered)
		e, err := c.Reply(ctx, d, "answer")
		if err != nil {
			e = Envelope{}
		}
		done <- e
	}()
	<-entered
	require.NoError(t, d.Whatsmeow().Sessions.PutSession(ctx, address, raw)) // … and writes without a conflict
	w.reads(c, d.Whatsmeow(), <-done, "answer")
}

// concurrentUse counts in one session per goroutine and in a common one; no step may get lost.
func concurrentUse(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	const workers, rounds = 6, 15
	count := func(address string) error {
		return d.Whatsmeow().EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			old, err := d.Whatsmeow().Sessions.GetSession(ctx, address)
			if err != nil {
				return err
			}
			return d.Whatsmeow().Sessions.PutSession(ctx, address, append(slices.Clone(old), 'x'))
		})
	}
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for n := range workers {
		wg.Go(func() {
			for range rounds {
				_, _, err := d.Whatsmeow().Contacts.PutPushName(ctx, types.NewJID("1", types.DefaultUserServer), fmt.Sprint(n))
				errs[n] = errors.Join(errs[n], err, count(fmt.Sprintf("%d:0", n)), count("common:0"))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	w.close(d)
	m := w.open(Key).Whatsmeow()
	common, err := m.Sessions.GetSession(ctx, "common:0")
	require.NoError(t, err)
	require.Len(t, common, workers*rounds)
	for n := range workers {
		own, err := m.Sessions.GetSession(ctx, fmt.Sprintf("%d:0", n))
		require.NoError(t, err)
		require.Len(t, own, rounds)
	}
}
