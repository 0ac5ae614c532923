package signalstoretest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore"
	"recado/internal/signalstore/txn"
)

func conversationSurvives(t *testing.T, w *world) {
	d, c := w.conversation()
	for round := range 5 {
		require.Equal(t, fmt.Sprintf("question %d", round+1), w.says(c, d))
		w.answered(c, d, fmt.Sprintf("answer %d", round))
		w.close(d)
		d = w.open(Key)
	}
}

// killedAnywhere plays a conversation and kills between any two steps. WhatsApp delivers a message again whose apply was not
// done; a reply that never left is encrypted again.
func killedAnywhere(t *testing.T, w *world) {
	d, c := w.conversation()
	random := rand.New(rand.NewPCG(1, 2))
	handled := map[string]int{}
	for n := range 30 {
		e := w.writes(c, d)
		for attempt := 0; ; attempt++ {
			err := c.Receive(t.Context(), d.Whatsmeow(), e, func(plaintext []byte) error {
				if attempt == 0 && random.IntN(2) == 0 {
					return errDisk // the inbox failed, or the kill came before it
				}
				handled[string(plaintext)]++
				return nil
			})
			if attempt == 0 && random.IntN(2) == 0 {
				w.kill()
				d = w.open(Key)
			}
			if err == nil {
				break
			}
		}
		w.deliveredAgain(c, w.reopenSometimes(&d, random).Whatsmeow(), e)
		w.answered(c, w.reopenSometimes(&d, random), fmt.Sprintf("answer %d", n))
	}
	for n := range 30 {
		require.NotZero(t, handled[fmt.Sprintf("question %d", n+1)], "question %d", n+1)
	}
}

// deliveredAgain delivers a message whose receipt was lost. The buffer or the ratchet recognizes it, and whatsmeow
// acknowledges both; or a kill has undone that it was handled, and the inbox would refuse it as a duplicate.
func (w *world) deliveredAgain(c *Contact, to *store.Device, e Envelope) {
	w.t.Helper()
	err := c.Receive(w.t.Context(), to, e, func([]byte) error { return nil })
	if !errors.Is(err, signalerror.ErrOldCounter) {
		require.NoError(w.t, err)
	}
}

func (w *world) reopenSometimes(d **signalstore.Device, random *rand.Rand) *signalstore.Device {
	w.t.Helper()
	if random.IntN(3) == 0 {
		w.close(*d)
		*d = w.open(Key)
	}
	return *d
}

func unhandledIsKept(t *testing.T, w *world) {
	d, c := w.conversation()
	e := w.writes(c, d)
	refuse := func([]byte) error { return errDisk }
	require.ErrorIs(t, c.Receive(t.Context(), d.Whatsmeow(), e, refuse), errDisk)
	require.ErrorIs(t, c.Receive(t.Context(), d.Whatsmeow(), e, refuse), errDisk, "and again on the same connection")
	w.kill()
	d = w.open(Key)
	require.Equal(t, "question 1", w.delivered(c, d.Whatsmeow(), e))
	require.Empty(t, w.delivered(c, d.Whatsmeow(), e), "handled is handled")
	w.close(d)
	d = w.open(Key)
	err := c.Receive(t.Context(), d.Whatsmeow(), e, func([]byte) error { return nil })
	require.ErrorIs(t, err, signalerror.ErrOldCounter, "which whatsmeow acknowledges")
	require.Equal(t, "question 2", w.says(c, d))
}

func failedDecryption(t *testing.T, w *world) {
	d, c := w.conversation()
	w.says(c, d)
	w.answered(c, d, "so that the next is no prekey message, whose last bytes are no MAC")
	e := w.writes(c, d)
	broken := Envelope{Bytes: slices.Clone(e.Bytes), PreKey: e.PreKey}
	broken.Bytes[len(broken.Bytes)-1] ^= 1 // its MAC
	applies := w.spy.Applies.Load()
	require.Error(t, c.Receive(t.Context(), d.Whatsmeow(), broken, func([]byte) error { return nil }))
	require.Equal(t, applies, w.spy.Applies.Load())
	require.NoError(t, d.Err())
	require.Equal(t, "question 2", w.delivered(c, d.Whatsmeow(), e))

	err := d.Whatsmeow().EventBuffer.DoDecryptionTxn(t.Context(), func(ctx context.Context) error {
		require.NoError(t, d.Whatsmeow().Sessions.PutSession(ctx, "5:0", []byte("undone")))
		require.NoError(t, d.Whatsmeow().Identities.PutIdentity(ctx, "5:0", [32]byte{5}))
		return errDisk
	})
	require.ErrorIs(t, err, errDisk)
	has, err := d.Whatsmeow().Sessions.HasSession(t.Context(), "5:0")
	require.NoError(t, err)
	require.False(t, has)
}

func failedApply(t *testing.T, w *world) {
	d, c := w.conversation()
	e := w.writes(c, d)
	w.spy.FailApplies(errDisk, false)
	called := false
	err := c.Receive(t.Context(), d.Whatsmeow(), e, func([]byte) error { called = true; return nil })
	require.ErrorIs(t, err, context.Canceled, "or whatsmeow acknowledges a message that is not stored")
	require.ErrorIs(t, err, errDisk)
	require.False(t, called)
	requireBroken(t, d, errDisk)

	w.spy.Recover()
	require.Error(t, c.Receive(t.Context(), d.Whatsmeow(), e, func([]byte) error { return nil }), "broken stays broken")
	_, err = c.Reply(t.Context(), d, "answer")
	require.ErrorIs(t, err, context.Canceled)
	w.close(d)
	d = w.open(Key)
	require.Equal(t, "question 1", w.delivered(c, d.Whatsmeow(), e))
	w.answered(c, d, "answer")
}

func requireBroken(t *testing.T, d *signalstore.Device, cause error) {
	t.Helper()
	select {
	case <-d.Broken():
	default:
		require.Fail(t, "the device does not say that it is broken")
	}
	require.ErrorIs(t, d.Err(), cause)
	var failure *txn.Error
	require.ErrorAs(t, d.Err(), &failure)
}

// lostAnswer loses the answers of applies that happened, then applies that did not happen.
func lostAnswer(t *testing.T, w *world) {
	d, c := w.conversation()
	for n, after := range []bool{true, false, true} {
		w.spy.FailNext(errDisk, after)
		require.Equal(t, fmt.Sprintf("question %d", n+1), w.says(c, d))
		w.spy.FailNext(errDisk, after)
		w.answered(c, d, fmt.Sprintf("answer %d", n))
	}
	w.kill()
	d = w.open(Key)
	w.says(c, d)
	w.answered(c, d, "the ratchet is whole")
}

func warmMessage(t *testing.T, w *world) {
	d, c := w.conversation()
	w.says(c, d)
	w.answered(c, d, "warm up")
	w.says(c, d)
	reads, applies := w.spy.Reads.Load(), w.spy.Applies.Load()
	const rounds = 10
	for n := range rounds {
		w.says(c, d)
		w.answered(c, d, fmt.Sprint(n))
	}
	require.Equal(t, reads, w.spy.Reads.Load(), "reads")
	require.Equal(t, applies+2*rounds, w.spy.Applies.Load(), "one apply for the message, one for the reply")
}

func cancelledCaller(t *testing.T, w *world) {
	d, c := w.conversation()
	w.says(c, d)
	e := w.writes(c, d)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.Receive(ctx, d.Whatsmeow(), e, func([]byte) error { return nil }), context.Canceled)
	require.NoError(t, d.Err())
	require.Equal(t, "question 2", w.delivered(c, d.Whatsmeow(), e))
}
