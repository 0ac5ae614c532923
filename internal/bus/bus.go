// Package bus carries events to subscribers: the panel's sockets, the
// simulated phone page, tests. It is best effort by design: what matters is in
// a store before it is published. A publisher never waits; a subscriber that
// falls behind is dropped, sees its channel closed, and starts over from the
// stores.
package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"recado/internal/tenant"
)

// Event is something that happened in one shop. Data is the JSON of the
// payload type that the publishing package documents for Name.
type Event struct {
	Shop tenant.ShopID   `json:"shop"`
	Name string          `json:"name"`
	Data json.RawMessage `json:"data"`
}

// Bus is the contract that the in-process and the Redis implementation pass.
type Bus interface {
	// Publish sends e to every subscriber of every node and never blocks on one.
	Publish(ctx context.Context, e Event) error
	// Subscribe returns the events of all shops from now on. The channel is
	// closed when ctx ends or when the subscriber fell more than buffer events
	// behind; tell them apart by ctx.Err().
	Subscribe(ctx context.Context, buffer int) (<-chan Event, error)
}

// NewEvent marshals payload into an Event.
func NewEvent(shop tenant.ShopID, name string, payload any) (Event, error) {
	data, err := json.Marshal(payload)
	if err != nil {
		return Event{}, fmt.Errorf("marshal event %s: %w", name, err)
	}
	return Event{Shop: shop, Name: name, Data: data}, nil
}

// Local is the in-process Bus. Its zero value is ready to use.
type Local struct {
	mu   sync.Mutex
	subs map[chan Event]struct{}
}

// Publish implements Bus.
func (l *Local) Publish(_ context.Context, e Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ch := range l.subs {
		select {
		case ch <- e:
		default:
			delete(l.subs, ch)
			close(ch)
		}
	}
	return nil
}

// Reset drops every subscriber: an implementation that is fed from elsewhere
// calls it when it may have missed an event.
func (l *Local) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ch := range l.subs {
		delete(l.subs, ch)
		close(ch)
	}
}

// Subscribe implements Bus.
func (l *Local) Subscribe(ctx context.Context, buffer int) (<-chan Event, error) {
	ch := make(chan Event, max(buffer, 1))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.subs == nil {
		l.subs = make(map[chan Event]struct{})
	}
	l.subs[ch] = struct{}{}
	context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, ok := l.subs[ch]; ok {
			delete(l.subs, ch)
			close(ch)
		}
	})
	return ch, nil
}

var _ Bus = (*Local)(nil)
