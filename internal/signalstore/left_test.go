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

// breaks has the device fail on a reply while the back end is away, which loses its last writes meanwhile. With done the
// last apply happened and only its answer was lost.
func (l *lossy) breaks(done bool, lost int) {
	l.t.Helper()
	l.back.down, l.back.mute = true, done
	_, err := l.contact.Reply(l.t.Context(), l.device, "nobody sees this")
	require.ErrorIs(l.t, err, context.Canceled)
	require.NoError(l.t, l.device.Close(l.t.Context()))
	l.back.forget(l.t, lost)
	l.back.down = false
}

// again opens the device in the same process, as a session does whose store failed.
func (l *lossy) again(epoch uint64) {
	l.t.Helper()
	l.epoch = epoch
	var err error
	l.device, err = l.store.Open(l.t.Context(), signalstoretest.Key, epoch)
	require.NoError(l.t, err)
}

// The outage that loses writes breaks the device too. The next one in the process knows what its predecessor knew: the
// phone reads what is sent, and what the phone sends is read, although the ratchet turned in what was lost.
func TestNextDeviceKnowsWhatTheBrokenOneKnew(t *testing.T) {
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

// Doubts are inherited: the broken device had not come to every chain.
func TestNextDeviceInheritsDoubts(t *testing.T) {
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

// A back end that has not crashed since has lost nothing, however its owner ended; one that has may have.
func TestSameIncarnationHasLostNothing(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.back.name = "first"
	require.NoError(t, l.device.Close(t.Context()))
	l.open() // finds the note, and trusts
	l.answers("something")
	before := l.session()
	l.open() // this one, and those that follow, were killed
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
	require.NotEqual(t, before, l.session(), "the one before had not come to this chain")
	l.answers("whole")
}

// What was put back may be lost once more.
func TestWhatIsPutBackIsRemembered(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.asks()
	l.answers("lost")
	l.asks()
	l.breaks(false, 3)
	l.now = l.now.Add(time.Minute)
	l.again(l.epoch)
	l.answers("and on") // five: the claims around the three that were put back, and this
	l.back.forget(t, 5)
	l.asks()
	l.answers("still there")
	require.NoError(t, l.device.Err())
}

// What another owner has written since is worth more than what was lost before it came.
func TestNextDeviceTrustsNobodyElsesWork(t *testing.T) {
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

// An apply whose answer was lost, and which was done, is remembered as well.
func TestNextDeviceKnowsTheLastAct(t *testing.T) {
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

// A device that remembers too little skips ahead like a stranger, also when an old closing note fits.
func TestNextDeviceWithoutMemoryDoubts(t *testing.T) {
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

// A session that came from the past while nobody noticed does not cost a message.
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

// A message that was decrypted and not handled is delivered again, and is there, although the back end forgot it.
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
func TestNextOwnerMakesNewPreKeys(t *testing.T) {
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

// Two owners in a row who lose what they did use different keys.
func TestOwnersWhoLoseEverythingSkipDifferently(t *testing.T) {
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

// A late message of an old session makes its chain the current one again; that is taken ahead as well.
func TestNextOwnerSkipsAheadInArchivedSessions(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	ctx, w := t.Context(), l.device.Whatsmeow()
	take := func(e signalstoretest.Envelope) {
		require.NoError(t, l.contact.Receive(ctx, l.device.Whatsmeow(), e, func([]byte) error { return nil }))
	}
	var late [3]signalstoretest.Envelope
	for i := range late {
		var err error
		late[i], err = l.contact.Write(ctx, w)
		require.NoError(t, err)
	}
	take(late[0])
	l.answers("in the first session")
	l.contact.Begin(ctx, t, w)
	l.asks()
	take(late[1])
	l.answers("lost")
	l.back.forget(t, 2)
	l.open()
	take(late[2])
	l.answers("no key twice")
}
