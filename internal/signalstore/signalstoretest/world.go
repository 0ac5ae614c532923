package signalstoretest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

// world is a back end with a store over it and a clock.
type world struct {
	t     *testing.T
	spy   *Spy
	store *signalstore.Store
	epoch uint64

	mu  sync.Mutex
	now time.Time

	options signalstore.Options
}

func newWorld(t *testing.T, b kv.Backend, sealers kv.Sealers) *world {
	w := &world{t: t, spy: &Spy{Backend: b}, now: time.Unix(1_760_000_000, 0)}
	w.options = signalstore.Options{
		Sealers: sealers,
		Now: func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.now
		},
	}
	w.store = signalstore.New(w.spy, w.options)
	return w
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// open opens a device for the next epoch.
func (w *world) open(key kv.DeviceKey) *signalstore.Device {
	w.t.Helper()
	w.epoch++
	d, err := w.store.Open(w.t.Context(), key, w.epoch)
	require.NoError(w.t, err)
	return d
}

// paired opens a new device and pairs it.
func (w *world) paired(key kv.DeviceKey) *signalstore.Device {
	w.t.Helper()
	d := w.open(key)
	Pair(w.t.Context(), w.t, d)
	return d
}

// kill ends the process that has everything open, without closing, and starts the next.
func (w *world) kill() { w.store = signalstore.New(w.spy, w.options) }

func (w *world) close(d *signalstore.Device) {
	w.t.Helper()
	require.NoError(w.t, d.Close(w.t.Context()))
}

func (w *world) contact(d *signalstore.Device, n int) *Contact {
	w.t.Helper()
	return NewContact(w.t.Context(), w.t, d.Whatsmeow(), n)
}

// conversation pairs a device and returns it with a contact who can write to it.
func (w *world) conversation() (*signalstore.Device, *Contact) {
	w.t.Helper()
	d := w.paired(Key)
	return d, w.contact(d, 1)
}

// writes encrypts a message of the contact to the device.
func (w *world) writes(c *Contact, d *signalstore.Device) Envelope {
	w.t.Helper()
	e, err := c.Write(w.t.Context(), d.Whatsmeow())
	require.NoError(w.t, err)
	return e
}

// says has the contact write and the device receive, and returns the text that reached the handler.
func (w *world) says(c *Contact, d *signalstore.Device) string {
	w.t.Helper()
	return w.delivered(c, d.Whatsmeow(), w.writes(c, d))
}

func (w *world) delivered(c *Contact, to *store.Device, e Envelope) (got string) {
	w.t.Helper()
	require.NoError(w.t, c.Receive(w.t.Context(), to, e, func(plaintext []byte) error {
		got = string(plaintext)
		return nil
	}))
	return got
}

// answered has the device reply and the contact read.
func (w *world) answered(c *Contact, d *signalstore.Device, text string) {
	w.t.Helper()
	e, err := c.Reply(w.t.Context(), d, text)
	require.NoError(w.t, err)
	w.reads(c, d.Whatsmeow(), e, text)
}

func (w *world) reads(c *Contact, from *store.Device, e Envelope, text string) {
	w.t.Helper()
	got, err := c.Read(w.t.Context(), from, e)
	require.NoError(w.t, err)
	require.Equal(w.t, text, string(got))
}

var errDisk = errors.New("disk on fire")
