package linked_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/cluster"
)

// TestNotBefore: the next owner of a linked device does not connect before the lease
// allows it; a fresh session, which has to be linked, connects at once.
func TestNotBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := func(notBefore time.Time) (channel.Session, *channeltest.Sink) {
		lease := cluster.Lease{Shop: shop.Shop, Node: "test", Epoch: cluster.Epoch(w.epoch.Add(1)), NotBefore: notBefore}
		sink := channeltest.NewSink()
		s, err := w.strategy().Open(t.Context(), shop, lease, sink)
		if err != nil {
			t.Fatal(err)
		}
		return s, sink
	}
	shut := func(s channel.Session) {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	first, sink := open(time.Now().Add(time.Hour)) // nothing to restore: a QR is shown
	w.Link(t, first, sink)
	channeltest.Event[channel.Ready](t, sink, 1)
	shut(first)

	until := time.Now().Add(time.Second)
	second, sink := open(until)
	channeltest.Event[channel.Ready](t, sink, 1)
	if time.Now().Before(until) {
		t.Error("connected too early")
	}
	shut(second)

	third, sink := open(time.Now().Add(time.Hour))
	shut(third) // it does not wait for NotBefore
	if n := len(sink.Events()); n != 0 {
		t.Errorf("%d events of a session that never connected", n)
	}
}

// TestBeforeConnectDelaysTheConnection: while the record store is unreachable, a
// linked device does not connect, and the channel shows the reason.
func TestBeforeConnectDelaysTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var away atomic.Bool
	w.options.BeforeConnect = func(_ context.Context, l cluster.Lease) error {
		if l.Shop != shop.Shop {
			t.Errorf("asked about the lease of %s", l.Shop)
		}
		if away.Load() {
			return errors.New("no records")
		}
		return nil
	}
	_, sink := w.link(t)
	away.Store(true)
	w.Drop(t)
	sink.Await(t, "the shop is notified", func() bool {
		return slices.ContainsFunc(sink.Events(), func(e channel.Event) bool {
			r, ok := e.(channel.Retrying)
			return ok && r.Reason == channel.StoreFailed && r.Attempt >= 3
		})
	})
	w.Say(t, "mientras tanto")
	away.Store(false)
	sink.Text(t, "mientras tanto")
	channeltest.Event[channel.Ready](t, sink, 2)
}
