package signalstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// forgetful is a back end that can lose its last writes, like Redis when it crashes.
type forgetful struct {
	*kv.Memory
	mu   sync.Mutex
	log  []func(m *kv.Memory) error
	down bool // writes fail
	mute bool // the next write is done and its answer is lost
	name string
}

func (f *forgetful) ServerIdentity(context.Context, kv.DeviceKey) (string, error) {
	return f.name, nil
}

func newForgetful() *forgetful { return &forgetful{Memory: kv.NewMemory()} }

func (f *forgetful) Claim(ctx context.Context, key kv.DeviceKey, epoch uint64) (state kv.State, err error) {
	err = f.do(func(m *kv.Memory) (err error) {
		state, err = m.Claim(ctx, key, epoch)
		return err
	})
	return state, err
}

func (f *forgetful) Apply(ctx context.Context, key kv.DeviceKey, a kv.Apply) error {
	return f.do(func(m *kv.Memory) error { return m.Apply(ctx, key, a) })
}

func (f *forgetful) do(op func(m *kv.Memory) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down && !f.mute {
		return errAway
	}
	err := op(f.Memory)
	if err == nil {
		f.log = append(f.log, op)
	}
	if f.mute {
		f.mute = false
		return errAway
	}
	return err
}

var errAway = errors.New("the server is away")

// forget loses the last n writes.
func (f *forgetful) forget(t *testing.T, n int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Memory = kv.NewMemory()
	f.log = f.log[:len(f.log)-n]
	for _, op := range f.log {
		require.NoError(t, op(f.Memory))
	}
}

// lossy is a device with a contact over a forgetful back end.
type lossy struct {
	t       *testing.T
	back    *forgetful
	options signalstore.Options
	store   *signalstore.Store // of the process
	device  *signalstore.Device
	contact *signalstoretest.Contact
	epoch   uint64
	now     time.Time
}

func newLossy(t *testing.T, mayLose time.Duration) *lossy {
	t.Helper()
	return newLossyWith(t, signalstore.Options{MayLose: mayLose})
}

func newLossyWith(t *testing.T, options signalstore.Options) *lossy {
	t.Helper()
	l := &lossy{t: t, back: newForgetful(), options: options, now: time.Unix(1_760_000_000, 0)}
	l.options.Now = func() time.Time { return l.now }
	l.open()
	signalstoretest.Pair(t.Context(), t, l.device)
	l.contact = signalstoretest.NewContact(t.Context(), t, l.device.Whatsmeow(), 1)
	l.asks()
	l.answers("one")
	l.asks()
	l.answers("two")
	return l
}

// open starts the next process: the last one did not close.
func (l *lossy) open() {
	l.t.Helper()
	l.epoch++
	l.store = signalstore.New(l.back, l.options)
	var err error
	l.device, err = l.store.Open(l.t.Context(), signalstoretest.Key, l.epoch)
	require.NoError(l.t, err)
}

func (l *lossy) asks() {
	l.t.Helper()
	ctx := l.t.Context()
	e, err := l.contact.Write(ctx, l.device.Whatsmeow())
	require.NoError(l.t, err)
	require.NoError(l.t, l.contact.Receive(ctx, l.device.Whatsmeow(), e, func([]byte) error { return nil }))
}

func (l *lossy) answer(text string) error {
	l.t.Helper()
	ctx := l.t.Context()
	e, err := l.contact.Reply(ctx, l.device, text)
	require.NoError(l.t, err)
	_, err = l.contact.Read(ctx, l.device.Whatsmeow(), e)
	return err
}

func (l *lossy) answers(text string) {
	l.t.Helper()
	require.NoError(l.t, l.answer(text), "the phone cannot read %q", text)
}

// session returns the session that the device would use with the contact next.
func (l *lossy) session() (raw []byte) {
	l.t.Helper()
	m := l.device.Whatsmeow()
	require.NoError(l.t, m.EventBuffer.DoDecryptionTxn(l.t.Context(), func(ctx context.Context) (err error) {
		raw, err = m.Sessions.GetSession(ctx, l.contact.LID.SignalAddress().String())
		return err
	}))
	return raw
}

func TestOwnerReplaysLostWrites(t *testing.T) {
	t.Parallel()
	for lost := 1; lost <= 5; lost++ {
		t.Run(fmt.Sprint(lost), func(t *testing.T) {
			t.Parallel()
			l := newLossy(t, time.Second)
			for round := range 3 {
				l.asks()
				l.answers("before")
				l.back.forget(t, min(lost, 2+3*round))
				l.answers("after")
				l.asks()
			}
			require.NoError(t, l.device.Err())
			require.NoError(t, l.device.Close(t.Context()))
			l.open()
			l.asks()
			l.answers("and the next owner")
		})
	}
}

func TestOwnerClaimsAgainWhenItsClaimWasLost(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	require.NoError(t, l.device.Close(t.Context()))
	l.open()
	l.answers("new owner")
	l.back.forget(t, 2) // the answer and the claim
	l.answers("still the owner")
	l.asks()
}

func TestOwnerWithTooShortALogStops(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.now = l.now.Add(time.Minute)
	l.answers("fresh")
	l.back.forget(t, 2)
	_, err := l.contact.Reply(t.Context(), l.device, "stale")
	require.ErrorIs(t, err, kv.ErrRollback)
	require.ErrorIs(t, l.device.Err(), kv.ErrRollback)

	l.open()
	l.answers("and the next owner skips ahead")
	l.answers("once")
}

func TestWithoutMayLoseALossIsAnError(t *testing.T) {
	t.Parallel()
	l := newLossy(t, 0)
	l.back.forget(t, 1)
	_, err := l.contact.Reply(t.Context(), l.device, "stale")
	require.ErrorIs(t, err, kv.ErrRollback)
}

func TestNextOwnerSkipsAhead(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	for n := range 10 {
		l.answers(fmt.Sprint("lost ", n))
	}
	l.back.forget(t, 10)
	l.open()
	for n := range 10 {
		l.answers(fmt.Sprint("after ", n))
	}
	l.asks()
	l.answers("whole")
}

// An owner that never wrote to the contact has skipped nothing, however orderly it closes.
func TestStalenessOutlivesAnOrderlyOwner(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	l.answers("lost")
	l.back.forget(t, 1)
	l.open()
	require.NoError(t, l.device.Close(t.Context()))
	l.open()
	l.answers("no key twice")
	l.asks()
	l.answers("whole")
}

// Without skipping, the phone drops the next owner's messages: this is the reason for skipping.
func TestNextOwnerThatDoesNotSkipIsNotRead(t *testing.T) {
	t.Parallel()
	l := newLossy(t, 0)
	l.answers("lost")
	l.back.forget(t, 1)
	l.open()
	require.Error(t, l.answer("a key used twice"))
}

func TestOrderlyHandoverSkipsNothing(t *testing.T) {
	t.Parallel()
	l := newLossy(t, time.Second)
	before := l.session()
	require.NoError(t, l.device.Close(t.Context()))
	l.open()
	require.Equal(t, before, l.session())

	l.answers("something that may be lost")
	before = l.session()
	l.open() // this time the last one did not close
	require.NotEqual(t, before, l.session())
}
