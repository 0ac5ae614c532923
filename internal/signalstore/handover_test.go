package signalstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
)

// breaks lets a reply fail while the back end is away, which loses its last writes meanwhile. With done the last apply was
// done and only its answer was lost.
func (l *lossy) breaks(done bool, lost int) {
	l.t.Helper()
	l.back.down, l.back.mute = true, done
	_, err := l.contact.Reply(l.t.Context(), l.device, "never sent")
	require.ErrorIs(l.t, err, context.Canceled)
	require.NoError(l.t, l.device.Close(l.t.Context()))
	l.back.forget(l.t, lost)
	l.back.down = false
}

// again opens the device in the same process, like a session after a failure of its store.
func (l *lossy) again(epoch uint64) {
	l.t.Helper()
	l.epoch = epoch
	var err error
	l.device, err = l.store.Open(l.t.Context(), signalstoretest.Key, epoch)
	require.NoError(l.t, err)
}

// The outage that loses writes breaks the device too. The next one in the process takes over the replay log: messages are
// readable in both directions, although the ratchet turned in the lost writes.
func TestNextDeviceTakesOverTheReplayLog(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(l *lossy) uint64{
		"the lease was kept":       func(l *lossy) uint64 { return l.epoch },
		"the lease was lost, too":  func(l *lossy) uint64 { return l.epoch + 1 },
		"at the second try":        func(l *lossy) uint64 { l.failsToOpen(); return l.epoch },
		"after a day without disk": func(l *lossy) uint64 { l.now = l.now.Add(24 * time.Hour); return l.epoch },
	} {
		for _, done := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				l := newLossy(t, time.Second)
				for range 3 {
					l.asks()
					l.answers("lost")
					l.asks()
					l.answers("lost too")
					l.breaks(done, 4)
					l.again(next(l))
					l.asks()
					l.answers("and on")
				}
				l.back.forget(t, 1)
				l.answers("it remembers still")
				require.NoError(t, l.device.Close(t.Context()))
			})
		}
	}
}

func (l *lossy) failsToOpen() {
	l.t.Helper()
	l.back.down = true
	_, err := l.store.Open(l.t.Context(), signalstoretest.Key, l.epoch)
	require.ErrorIs(l.t, err, errAway)
	l.back.down = false
}

// Staleness is inherited: the broken device had not skipped in every chain.
func TestNextDeviceInheritsStaleness(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.answers("lost")
	l.back.forget(t, 1)
	l.open()
	_, err := l.device.Whatsmeow().PreKeys.GenOnePreKey(t.Context())
	require.NoError(t, err)
	l.breaks(false, 0)
	l.again(l.epoch)
	l.answers("no key twice")
}

// A server that has not crashed since has lost nothing, however its owner ended; one that has crashed may have.
func TestSameServerHasLostNothing(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.back.name = "first"
	require.NoError(t, l.device.Close(t.Context()))
	l.open() // finds the closing note, and trusts
	l.answers("something")
	before := l.session()
	l.open() // from here on every owner is killed
	require.Equal(t, before, l.session())
	l.asks()
	before = l.session()
	l.open()
	require.Equal(t, before, l.session())

	l.back.name = "second"
	l.open()
	require.NotEqual(t, before, l.session())
	_, err := l.device.Whatsmeow().PreKeys.GenOnePreKey(t.Context()) // writes
	require.NoError(t, err)
	l.open()
	require.NotEqual(t, before, l.session(), "the owner before had not skipped in this chain")
	l.answers("whole")
}

// Replayed writes may be lost once more.
func TestReplayedWritesStayInTheLog(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.asks()
	l.answers("lost")
	l.asks()
	l.breaks(false, 3)
	l.now = l.now.Add(time.Minute)
	l.again(l.epoch)
	l.answers("and on") // five: the claims around the three that were replayed, and this
	l.back.forget(t, 5)
	l.asks()
	l.answers("still there")
	require.NoError(t, l.device.Err())
}

// Writes of another owner count more than those that were lost before it came.
func TestWritesOfAnotherOwnerEndTheHandover(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.now = l.now.Add(time.Minute)
	for range 8 {
		l.answers("lost")
	}
	l.breaks(false, 8)
	first := l.store
	l.open() // another process, which does less than was lost
	l.answers("from elsewhere")
	l.asks()
	l.answers("from elsewhere again")
	l.store = first
	l.again(l.epoch + 1)
	l.answers("back again")
	l.asks()
	l.answers("whole")
	require.NoError(t, l.device.Err())
}

// An apply in doubt that was done belongs to the log as well.
func TestNextDeviceTakesOverTheApplyInDoubt(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.asks()
	l.breaks(true, 0)
	l.again(l.epoch)
	l.back.forget(t, 3) // the claim, that act and the question
	l.answers("still there")
	l.asks()
	require.NoError(t, l.device.Err())
}

// A device with too short a log skips ahead like another process, also when an old closing note fits.
func TestNextDeviceWithTooShortALogIsStale(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	require.NoError(t, l.device.Close(t.Context()))
	l.again(l.epoch + 1)
	l.answers("lost")
	l.now = l.now.Add(time.Minute)
	l.answers("remembered")
	l.breaks(false, 3) // these two and the claim
	l.again(l.epoch)
	l.answers("no key twice")
	l.asks()
	l.answers("whole")
}

// A session from the past costs no message, although the loss was not noticed before the decryption.
func TestDecryptionNoticesTheLoss(t *testing.T) {
	t.Parallel()
	l := newLossyWith(t, signalstore.Options{MayLose: time.Second, CacheBytes: 1})
	l.asks()
	l.answers("lost") // with it the key that the phone's next message needs
	l.back.forget(t, 2)
	l.asks()
	l.answers("read")
	require.NoError(t, l.device.Err())
}

// A message that was decrypted and not handled is delivered again and found, although the back end lost it.
func TestBufferedMessageSurvivesTheLoss(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	ctx, w := t.Context(), l.device.Whatsmeow()
	e, err := l.contact.Write(ctx, w)
	require.NoError(t, err)
	refused := errors.New("the inbox is full")
	require.ErrorIs(t, l.contact.Receive(ctx, w, e, func([]byte) error { return refused }), refused)
	l.back.forget(t, 1)
	var got []byte
	require.NoError(t, l.contact.Receive(ctx, w, e, func(plaintext []byte) error { got = plaintext; return nil }))
	require.NotEmpty(t, got)
}

// Ids of prekeys that were given out and lost are not given to other keys.
func TestNextOwnerSkipsPreKeyIDs(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	lost, err := l.device.Whatsmeow().PreKeys.GenOnePreKey(t.Context())
	require.NoError(t, err)
	l.back.forget(t, 1)
	l.open()
	next, err := l.device.Whatsmeow().PreKeys.GenOnePreKey(t.Context())
	require.NoError(t, err)
	require.Greater(t, next.KeyID, lost.KeyID)
	after, err := l.device.Whatsmeow().PreKeys.GenOnePreKey(t.Context())
	require.NoError(t, err)
	require.Equal(t, next.KeyID+1, after.KeyID, "once is enough")
}

// Two owners in a row that lose all their writes use different keys.
func TestOwnersThatLoseEverythingSkipDifferently(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.epoch = 1_760_000_000_000
	l.back.forget(t, 1)
	for range 5 {
		l.epoch += 1500 // milliseconds
		l.open()
		l.answers("one")
		l.answers("two")
		l.back.forget(t, 2)
	}
}

// A late message of an old session makes its chain the current one again; that chain skips as well.
func TestNextOwnerSkipsAheadInArchivedSessions(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	ctx, w := t.Context(), l.device.Whatsmeow()
	receive := func(e signalstoretest.Envelope) {
		require.NoError(t, l.contact.Receive(ctx, l.device.Whatsmeow(), e, func([]byte) error { return nil }))
	}
	var late [3]signalstoretest.Envelope
	for i := range late {
		var err error
		late[i], err = l.contact.Write(ctx, w)
		require.NoError(t, err)
	}
	receive(late[0])
	l.answers("in the first session")
	l.contact.Begin(ctx, t, w)
	l.asks()
	receive(late[1])
	l.answers("lost")
	l.back.forget(t, 2)
	l.open()
	receive(late[2])
	l.answers("no key twice")
}
