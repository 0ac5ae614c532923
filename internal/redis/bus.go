package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/bus"
	"recado/internal/retry"
)

// topic is the one channel of all events. A node hears all shops: its panels may belong to any of them.
const topic = "recado:events"

// resubscribing is the back-off between two attempts to subscribe.
var resubscribing = retry.Backoff{Base: 50 * time.Millisecond, Max: 2 * time.Second, Floor: 1}

// A message and its answer make half a dozen events. They leave together: one round trip for all that was published within
// linger, by all shops of the node.
const (
	linger     = 50 * time.Millisecond // nobody sees it, and it is what bounds the commands of a busy node
	batch      = 500                   // events in one command: a subscriber with a buffer as long as this keeps up with it
	maxWaiting = 10_000                // events; more than that is a Redis that does not keep up
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
	fill  chan struct{} // something waits

	mu      sync.Mutex
	live    chan struct{} // closed while Redis sends us the events
	waiting []bus.Event
}

var _ bus.Bus = (*Bus)(nil)

// ErrBusy refuses an event: too many wait for Redis.
var ErrBusy = errors.New("too many events wait for Redis")

// Bus returns the events of this Redis.
func (c *Client) Bus(log *slog.Logger) *Bus {
	return &Bus{conn: c.conn, log: log, live: make(chan struct{}), fill: make(chan struct{}, 1)}
}

// Publish implements bus.Bus. The event leaves a moment later; when Redis is away, it is lost.
func (b *Bus) Publish(_ context.Context, e bus.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) >= maxWaiting {
		return fmt.Errorf("publish: %w", ErrBusy)
	}
	b.waiting = append(b.waiting, e)
	select {
	case b.fill <- struct{}{}:
	default:
	}
	return nil
}

// deliver publishes what waits, until ctx ends and then what is left.
func (b *Bus) deliver(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-b.fill:
			retry.Sleep(ctx, linger)
		}
		if n, err := b.flush(context.WithoutCancel(ctx)); err != nil {
			b.log.Warn("events not published", "events", n, "err", err)
		}
	}
}

func (b *Bus) flush(ctx context.Context) (int, error) {
	b.mu.Lock()
	events := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	if len(events) == 0 {
		return 0, nil
	}
	var commands rueidis.Commands
	for part := range slices.Chunk(events, batch) {
		text, err := json.Marshal(part)
		if err != nil {
			return len(events), err
		}
		// As if topic were a key: in a cluster all events of all nodes go to one server, and so keep one order.
		commands = append(commands, b.conn.B().Arbitrary("PUBLISH").Keys(topic).Args(string(text)).Build())
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var errs []error
	for _, reply := range b.conn.DoMulti(ctx, commands...) {
		errs = append(errs, reply.Error())
	}
	return len(events), errors.Join(errs...)
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

// Run carries events until ctx ends.
func (b *Bus) Run(ctx context.Context) error {
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		b.deliver(ctx)
	}()
	defer func() { <-delivered }()
	for n := 1; ; n++ {
		err := b.listen(ctx, func() { n = 1 })
		if ctx.Err() != nil {
			return nil
		}
		b.log.Warn("events from Redis are interrupted", "err", err)
		if !resubscribing.Wait(ctx, n) {
			return nil
		}
	}
}

// listen subscribes, and hands events on until the connection ends.
func (b *Bus) listen(ctx context.Context, subscribed func()) error {
	conn, release := b.conn.Dedicate()
	defer release()
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: b.take})
	dial, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	// The first command chooses the server. In a cluster it is to be the one that events are sent to: servers tell each
	// other of events as well, but who listens is not told when that fails.
	if err := conn.Do(dial, conn.B().Exists().Key(topic).Build()).Error(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
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
	var events []bus.Event
	if err := json.Unmarshal([]byte(m.Message), &events); err != nil {
		b.log.Error("events not understood", "err", err)
		return
	}
	for _, e := range events {
		_ = b.local.Publish(context.Background(), e) // never fails
	}
}
