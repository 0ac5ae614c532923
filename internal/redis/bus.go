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

// topic is the one channel of all events. A node receives all shops' events: its panels may belong to any of them.
const topic = "recado:events"

// resubscribing is the back-off between two attempts to subscribe.
var resubscribing = retry.Backoff{Base: 50 * time.Millisecond, Max: 2 * time.Second, Floor: 1}

// A message and its answer make half a dozen events. They leave together: one round trip for all events that the shops of
// the node publish within publishDelay.
const (
	publishDelay = 50 * time.Millisecond // too short to see, and it bounds the commands of a busy node
	batch        = 500                   // events in one command: a subscriber with a buffer as long as this keeps up with it
	maxWaiting   = 10_000                // events; with more Redis does not keep up
)

// Bus implements bus.Bus for all nodes. Events pass through Redis even to this node's own subscribers, so that all of them
// see one order. Subscribe returns while Run is running.
//
// Redis does not keep events. A lost connection may have missed some: every subscriber is closed, and starts over from the
// stores.
type Bus struct {
	conn  rueidis.Client
	log   *slog.Logger
	local bus.Local
	fill  chan struct{} // signals that events wait

	mu      sync.Mutex
	live    chan struct{} // closed while subscribed
	waiting []bus.Event
}

var _ bus.Bus = (*Bus)(nil)

// ErrBusy refuses an event: too many wait for Redis.
var ErrBusy = errors.New("too many events wait for Redis")

// Bus returns the event bus in this Redis.
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

// publishWaiting publishes the waiting events until ctx ends, and then the rest.
func (b *Bus) publishWaiting(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-b.fill:
			retry.Sleep(ctx, publishDelay)
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
	published := make(chan struct{})
	go func() {
		defer close(published)
		b.publishWaiting(ctx)
	}()
	defer func() { <-published }()
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
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: b.receive})
	dial, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	// The first command chooses the server. In a cluster it must be the one that events are sent to: servers forward events
	// to each other, but a subscriber does not learn when that fails.
	if err := conn.Do(dial, conn.B().Exists().Key(topic).Build()).Error(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	if err := conn.Do(dial, conn.B().Subscribe().Channel(topic).Build()).Error(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	b.mu.Lock()
	close(b.live)
	b.mu.Unlock()
	defer b.disconnected()
	subscribed()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *Bus) disconnected() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = make(chan struct{})
	b.local.Reset()
}

func (b *Bus) receive(m rueidis.PubSubMessage) {
	var events []bus.Event
	if err := json.Unmarshal([]byte(m.Message), &events); err != nil {
		b.log.Error("events from Redis cannot be decoded", "err", err)
		return
	}
	for _, e := range events {
		_ = b.local.Publish(context.Background(), e) // never fails
	}
}
