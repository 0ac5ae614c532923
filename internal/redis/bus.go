package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/bus"
)

// topic is the one channel of all events. A node hears all shops: its panels may belong to any of them.
const topic = "recado:events"

// Pauses between two attempts to subscribe.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// Bus is the bus.Bus of all nodes. What is published takes the way through Redis even to this node's own subscribers, so
// that all of them see one order. Run has to run for Subscribe to return.
//
// Redis forgets an event the moment it was sent. When the connection was lost, events may have been missed: every
// subscriber is closed, and starts over from the stores.
type Bus struct {
	conn  rueidis.Client
	log   *slog.Logger
	local bus.Local

	mu   sync.Mutex
	live chan struct{} // closed while Redis sends us the events
}

var _ bus.Bus = (*Bus)(nil)

// Bus returns the events of this Redis.
func (c *Client) Bus(log *slog.Logger) *Bus {
	return &Bus{conn: c.conn, log: log, live: make(chan struct{})}
}

// Publish implements bus.Bus.
func (b *Bus) Publish(ctx context.Context, e bus.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := b.conn.B().Publish().Channel(topic).Message(string(text)).Build()
	if err := b.conn.Do(ctx, command).Error(); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// Subscribe implements bus.Bus. While Redis is away it waits for it.
func (b *Bus) Subscribe(ctx context.Context, buffer int) (<-chan bus.Event, error) {
	for {
		b.mu.Lock()
		live := b.live
		select {
		case <-live: // the lock keeps a lost connection from being overlooked
			defer b.mu.Unlock()
			return b.local.Subscribe(ctx, buffer)
		default:
			b.mu.Unlock()
		}
		select {
		case <-live:
		case <-ctx.Done():
			return b.local.Subscribe(ctx, buffer) // closed
		}
	}
}

// Run hears the events until ctx ends.
func (b *Bus) Run(ctx context.Context) error {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, lastPause) {
		err := b.listen(ctx, func() { pause = firstPause })
		if ctx.Err() != nil {
			return nil
		}
		b.log.Warn("events from Redis are interrupted", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// listen subscribes, and hands events on until the connection ends.
func (b *Bus) listen(ctx context.Context, subscribed func()) error {
	conn, release := b.conn.Dedicate()
	defer release()
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: b.take})
	dial, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if err := conn.Do(dial, conn.B().Subscribe().Channel(topic).Build()).Error(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	b.mu.Lock()
	close(b.live)
	b.mu.Unlock()
	defer b.interrupted()
	subscribed()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *Bus) interrupted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = make(chan struct{})
	b.local.Reset()
}

func (b *Bus) take(m rueidis.PubSubMessage) {
	var e bus.Event
	if err := json.Unmarshal([]byte(m.Message), &e); err != nil {
		b.log.Error("event not understood", "err", err)
		return
	}
	_ = b.local.Publish(context.Background(), e) // never fails
}
