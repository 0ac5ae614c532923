package linked_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/channel/linked"

	"go.mau.fi/whatsmeow/types/events"
)

// holding is a sink that keeps the supervisor at the first event that at
// picks, from reached until it is released.
type holding struct {
	*channeltest.Sink
	at       func(channel.Event) bool
	once     sync.Once
	reached  chan struct{}
	released chan struct{}
	release  func()
}

func newHolding(at func(channel.Event) bool) *holding {
	h := &holding{Sink: channeltest.NewSink(), at: at, reached: make(chan struct{}), released: make(chan struct{})}
	h.release = sync.OnceFunc(func() { close(h.released) })
	return h
}

func (h *holding) Notify(ctx context.Context, e channel.Event) {
	h.Sink.Notify(ctx, e)
	if h.at(e) {
		h.once.Do(func() {
			close(h.reached)
			<-h.released
		})
	}
}

func isOf[E channel.Event](e channel.Event) bool {
	_, ok := e.(E)
	return ok
}

// flood lets whatsmeow fire an event many times at once and waits until it
// is through with all.
func flood(t *testing.T, s channel.Session, evt any) {
	t.Helper()
	whatsmeow := linked.ClientOf(s).DangerousInternals() //nolint:staticcheck // deprecated as a warning only: the simulator sends one event at a time
	var handlers sync.WaitGroup
	for range 40 {
		handlers.Go(func() { whatsmeow.DispatchEvent(evt) })
	}
	through := make(chan struct{})
	go func() {
		defer close(through)
		handlers.Wait()
	}()
	within(t, "whatsmeow is through", through)
}

func within(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	patience := time.NewTimer(channeltest.Patience)
	defer patience.Stop()
	select {
	case <-c:
	case <-patience.C:
		t.Fatalf("not within %s: %s", channeltest.Patience, what)
	}
}

// TestSignalsAfterTheEnd: whatsmeow fires more events of a connection that has ended
// than anybody reads. A handler that waited for a reader would hold the lock
// that the next connection needs.
func TestSignalsAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := newHolding(isOf[channel.Retrying])
	s := w.Open(t, sink)
	t.Cleanup(sink.release)
	w.Link(t, s, sink.Sink)
	channeltest.Event[channel.Ready](t, sink.Sink, 1)
	w.Drop(t)
	within(t, "the connection is over", sink.reached)
	flood(t, s, &events.StreamError{Code: "599"})
	sink.release()
	channeltest.Event[channel.Ready](t, sink.Sink, 2)
}

// TestFailuresSignalOnce: many things fail on a connection while the supervisor
// is busy. It hears of one, and no handler waits for it.
func TestFailuresSignalOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := newHolding(isOf[channel.Ready])
	s := w.Open(t, sink)
	t.Cleanup(sink.release)
	w.Link(t, s, sink.Sink)
	within(t, "the supervisor is busy", sink.reached)
	flood(t, s, (*events.CallOffer)(nil)) // the handler panics
	sink.release()
	if got := channeltest.Event[channel.Retrying](t, sink.Sink, 1); got.Reason != channel.StoreFailed {
		t.Errorf("retrying: %+v", got)
	}
	channeltest.Event[channel.Ready](t, sink.Sink, 2)
}
