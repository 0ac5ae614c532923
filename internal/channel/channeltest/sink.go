// Package channeltest holds the contracts of channel.Strategy, against a simulator
// of WhatsApp, and of channel.LiveStates, and a Sink for such tests.
package channeltest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/message"
)

// Patience is how long a test waits for an event before it fails.
const Patience = 30 * time.Second

// Sink is a channel.Sink that keeps everything. Refuse makes Receive fail, as a
// full disk would.
type Sink struct {
	mu      sync.Mutex
	refuse  int
	events  []channel.Event
	in      []message.In
	updates []message.Update
	more    chan struct{}
}

// NewSink returns an empty Sink.
func NewSink() *Sink { return &Sink{more: make(chan struct{})} }

var errRefused = errors.New("the test's store refuses")

// Refuse lets the next n calls of Receive fail.
func (s *Sink) Refuse(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = n
}

// Receive implements channel.Sink.
func (s *Sink) Receive(_ context.Context, m message.In) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse > 0 {
		s.refuse--
		return errRefused
	}
	s.in = append(s.in, m)
	s.changed()
	return nil
}

// Update implements channel.Sink.
func (s *Sink) Update(_ context.Context, u message.Update) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates = append(s.updates, u)
	s.changed()
	return nil
}

// Notify implements channel.Sink.
func (s *Sink) Notify(_ context.Context, e channel.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	s.changed()
}

func (s *Sink) changed() {
	close(s.more)
	s.more = make(chan struct{})
}

// Events returns the events so far.
func (s *Sink) Events() []channel.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Received returns the messages so far, in the order of their arrival.
func (s *Sink) Received() []message.In {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.in)
}

// Updates returns the receipts so far.
func (s *Sink) Updates() []message.Update {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.updates)
}

// Await returns when is holds, which it checks after every call of the sink.
func (s *Sink) Await(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		more := s.more
		s.mu.Unlock()
		if is() {
			return
		}
		select {
		case <-more:
		case <-deadline.C:
			t.Fatalf("not within %s: %s; events %+v", Patience, what, s.Events())
		}
	}
}

// Event waits for the nth event (from 1) of type E and returns it.
func Event[E channel.Event](t testing.TB, s *Sink, nth int) E {
	t.Helper()
	var found E
	s.Await(t, "an event", func() bool {
		n := 0
		for _, e := range s.Events() {
			if e, ok := e.(E); ok {
				if n++; n == nth {
					found = e
					return true
				}
			}
		}
		return false
	})
	return found
}

// Text waits for a message of that text and returns it.
func (s *Sink) Text(t testing.TB, text string) message.In {
	t.Helper()
	var found message.In
	s.Await(t, "the message "+text, func() bool {
		for _, m := range s.Received() {
			if m.Content.Text == text {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

var _ channel.Sink = (*Sink)(nil)
