package redis

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

func TestSignal(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	signalstoretest.Run(t, func(t *testing.T) kv.Backend { return s.open(t).Signal() })
}

// Operators and access rules count on this prefix, Redis Cluster on the braces.
func TestEveryKeyBelongsToItsShop(t *testing.T) {
	t.Parallel()
	c := startServer(t).open(t)
	for _, key := range []kv.DeviceKey{
		{Shop: "taqueria", Channel: message.WhatsAppBaileys}, {Shop: "taqueria", Channel: message.WhatsAppWeb},
	} {
		d, err := signalstore.New(c.Signal(), signalstore.Options{}).Open(t.Context(), key, 1)
		require.NoError(t, err)
		signalstoretest.Pair(t.Context(), t, d)
		contact := signalstoretest.NewContact(t.Context(), t, d.Whatsmeow(), 1)
		e, err := contact.Write(t.Context(), d.Whatsmeow())
		require.NoError(t, err)
		require.NoError(t, contact.Receive(t.Context(), d.Whatsmeow(), e, func([]byte) error { return nil }))
		require.NoError(t, d.Close(t.Context()))
	}
	names, err := c.conn.Do(t.Context(), c.conn.B().Keys().Pattern("*").Build()).AsStrSlice()
	require.NoError(t, err)
	require.Greater(t, len(names), 10)
	for _, name := range names {
		require.True(t, strings.HasPrefix(name, "session:shop:{taqueria}:"), "%s", name)
	}
}

func TestForgottenScriptsAreSentAgain(t *testing.T) {
	t.Parallel()
	c := startServer(t).open(t)
	b := c.Signal()
	for rev := range uint64(3) {
		require.NoError(t, c.conn.Do(t.Context(), c.conn.B().ScriptFlush().Build()).Error())
		_, err := b.Claim(t.Context(), signalstoretest.Key, 1)
		require.NoError(t, err)
		require.NoError(t, b.Apply(t.Context(), signalstoretest.Key, kv.Apply{Epoch: 1, Rev: rev, Next: rev + 1}))
	}
}

// talk is a shop with one customer over a server that can be taken away.
type talk struct {
	t       *testing.T
	backend kv.Backend
	store   *signalstore.Store
	device  *signalstore.Device
	contact *signalstoretest.Contact
	epoch   uint64
}

func newTalk(t *testing.T, c *Client, o signalstore.Options) *talk {
	t.Helper()
	l := &talk{t: t, backend: c.Signal()}
	l.store = signalstore.New(l.backend, o)
	l.open()
	signalstoretest.Pair(t.Context(), t, l.device)
	l.contact = signalstoretest.NewContact(t.Context(), t, l.device.Whatsmeow(), 1)
	return l
}

func (l *talk) open() {
	l.t.Helper()
	l.epoch++
	var err error
	l.device, err = l.store.Open(l.t.Context(), signalstoretest.Key, l.epoch)
	require.NoError(l.t, err)
	require.Equal(l.t, l.epoch > 1, l.device.Paired(), "a QR is needed once")
}

func (l *talk) asks() error {
	l.t.Helper()
	e, err := l.contact.Write(l.t.Context(), l.device.Whatsmeow())
	require.NoError(l.t, err)
	return l.contact.Receive(l.t.Context(), l.device.Whatsmeow(), e, func([]byte) error { return nil })
}

func (l *talk) answers(text string) error {
	l.t.Helper()
	e, err := l.contact.Reply(l.t.Context(), l.device, text)
	if err != nil {
		return err
	}
	_, err = l.contact.Read(l.t.Context(), l.device.Whatsmeow(), e)
	require.NoError(l.t, err, "the phone cannot read %q", text)
	return nil
}

func TestStoppedServerBreaksTheDevice(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--appendfsync", "always")
	l := newTalk(t, server.open(t), signalstore.Options{})
	require.NoError(t, l.asks())
	server.kill(t)
	require.ErrorIs(t, l.asks(), context.Canceled)
	<-l.device.Broken()
	require.NoError(t, l.device.Close(t.Context()))

	server.start(t)
	l.open()
	require.NoError(t, l.asks())
	require.NoError(t, l.answers("here again"))
}

// A restart between two messages costs nothing: the client finds a broken connection, and the revision says that
// the apply was not done.
func TestRestartGoesUnnoticed(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--appendfsync", "always")
	l := newTalk(t, server.open(t), signalstore.Options{})
	for range 3 {
		require.NoError(t, l.asks())
		server.kill(t)
		server.start(t)
		require.NoError(t, l.answers("after a restart"))
	}
	require.NoError(t, l.device.Err())
}

// A crash that loses the end of the append-only file: the owner puts it back.
func TestLostEndOfTheFileIsReplayed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	l := newTalk(t, server.open(t), signalstore.Options{MayLose: time.Minute})
	require.NoError(t, l.asks())
	require.NoError(t, l.answers("kept"))
	length := server.fileLength(t)
	for n := range 5 {
		require.NoError(t, l.asks())
		require.NoError(t, l.answers(fmt.Sprint("lost ", n)))
	}
	server.kill(t)
	server.truncate(t, length)
	server.start(t)
	require.NoError(t, l.answers("after the loss"))
	require.NoError(t, l.asks())
	require.NoError(t, l.device.Err())
	require.NoError(t, l.device.Close(t.Context()))
	l.open()
	require.NoError(t, l.asks())
	require.NoError(t, l.answers("next owner"))
}

// The same crash takes the owner with it: the next one skips ahead.
func TestLostEndOfTheFileAndOwner(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	l := newTalk(t, server.open(t), signalstore.Options{MayLose: time.Minute})
	require.NoError(t, l.asks())
	length := server.fileLength(t)
	for n := range 20 {
		require.NoError(t, l.answers(fmt.Sprint("lost ", n)))
	}
	server.kill(t)
	server.truncate(t, length)
	server.start(t)
	c, err := Open(t.Context(), Options{URL: fmt.Sprintf("unix://%s?db=%d", server.socket(), server.next.Load())})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	l.store = signalstore.New(c.Signal(), signalstore.Options{MayLose: time.Minute})
	l.open()
	require.NoError(t, l.answers("from the next owner"))
	require.NoError(t, l.asks())
}

func BenchmarkSignal(b *testing.B) { signalstoretest.Bench(b, startServer(b).open(b).Signal()) }

// BenchmarkMemory reports how much of Redis a shop takes: linked, and after a message and an answer for each contact.
func BenchmarkMemory(b *testing.B) {
	for _, contacts := range []int{0, 30, 300} {
		b.Run(fmt.Sprint(contacts, " contacts"), func(b *testing.B) {
			for b.Loop() {
				c := startServer(b).open(b)
				d, err := signalstore.New(c.Signal(), signalstore.Options{}).Open(b.Context(), signalstoretest.Key, 1)
				require.NoError(b, err)
				signalstoretest.Pair(b.Context(), b, d)
				for n := range contacts {
					contact := signalstoretest.NewContact(b.Context(), b, d.Whatsmeow(), n+1)
					e, err := contact.Write(b.Context(), d.Whatsmeow())
					require.NoError(b, err)
					require.NoError(b, contact.Receive(b.Context(), d.Whatsmeow(), e, func([]byte) error { return nil }))
					_, err = contact.Reply(b.Context(), d, "an answer")
					require.NoError(b, err)
				}
				require.NoError(b, d.Close(b.Context()))
				b.ReportMetric(float64(memory(b, c)), "bytes/shop")
			}
		})
	}
}

func memory(b *testing.B, c *Client) (total int64) {
	b.Helper()
	names, err := c.conn.Do(b.Context(), c.conn.B().Keys().Pattern("*").Build()).AsStrSlice()
	require.NoError(b, err)
	for _, name := range names {
		n, err := c.conn.Do(b.Context(), c.conn.B().MemoryUsage().Key(name).Samples(0).Build()).AsInt64()
		require.NoError(b, err)
		total += n
	}
	return total
}
