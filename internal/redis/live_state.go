package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/channel"
	"recado/internal/tenant"
)

// Seal encrypts or decrypts a value of a shop. place names where the value lies; decryption must name the same place.
type Seal func(ctx context.Context, shop tenant.ShopID, place string, value []byte) ([]byte, error)

// LiveStateOptions are the settings of LiveStates. Node and Log are required.
type LiveStateOptions struct {
	Node string // that writes
	Log  *slog.Logger

	// Seal and Open hide codes and numbers from readers of Redis; both nil: no encryption.
	Seal, Open Seal

	TTL time.Duration // how long an entry outlives its node; 0 = 30 s
}

// LiveStates implements channel.LiveStates for all nodes: session:shop:{<shopId>}:board:<type> is a line with the node's
// name, then the sealed state. Entries expire unless their node renews them, which Run does. The node answers for its own
// channels from memory, so that their state is known while Redis is away.
type LiveStates struct {
	conn  rueidis.Client
	o     LiveStateOptions
	clear *rueidis.Lua

	mu  sync.Mutex
	own map[channel.Key]channel.State
}

var _ channel.LiveStates = (*LiveStates)(nil)

// LiveStates returns the live states in this Redis.
func (c *Client) LiveStates(o LiveStateOptions) *LiveStates {
	o.TTL = cmp.Or(o.TTL, 30*time.Second)
	if o.Seal == nil || o.Open == nil {
		plain := func(_ context.Context, _ tenant.ShopID, _ string, value []byte) ([]byte, error) { return value, nil }
		o.Seal, o.Open = plain, plain
	}
	return &LiveStates{conn: c.conn, o: o, clear: lua("live_state_clear"), own: make(map[channel.Key]channel.State)}
}

// Put implements channel.LiveStates.
func (l *LiveStates) Put(ctx context.Context, s channel.State) error {
	l.mu.Lock()
	l.own[s.Key()] = s
	l.mu.Unlock()
	return l.put(ctx, s)
}

func (l *LiveStates) put(ctx context.Context, s channel.State) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write channel state: %w", err)
	}
	if text, err = l.o.Seal(ctx, s.Shop, statePlace(s.Key()), text); err != nil {
		return fmt.Errorf("write channel state: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := l.conn.B().Set().Key(stateKey(s.Key())).Value(l.prefix() + string(text)).Px(l.o.TTL).Build()
	if err := l.conn.Do(ctx, command).Error(); err != nil {
		return fmt.Errorf("write channel state: %w", err)
	}
	return nil
}

// prefix begins the entries of this node. A node's name contains no line feed.
func (l *LiveStates) prefix() string { return l.o.Node + "\n" }

// State implements channel.LiveStates.
func (l *LiveStates) State(ctx context.Context, k channel.Key) (channel.State, bool, error) {
	if s, ok := l.ownState(k); ok {
		return s, true, nil
	}
	wait, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	entry, err := l.conn.Do(wait, l.conn.B().Get().Key(stateKey(k)).Build()).ToString()
	if rueidis.IsRedisNil(err) {
		return channel.State{}, false, nil
	}
	if err != nil {
		return channel.State{}, false, fmt.Errorf("read channel state: %w", err)
	}
	_, sealed, _ := strings.Cut(entry, "\n")
	text, err := l.o.Open(ctx, k.Shop, statePlace(k), []byte(sealed))
	var s channel.State
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return channel.State{}, false, fmt.Errorf("read channel state: %w", err)
	}
	return s, true, nil
}

// Clear implements channel.LiveStates.
func (l *LiveStates) Clear(ctx context.Context, k channel.Key) error {
	l.mu.Lock()
	delete(l.own, k)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := l.clear.Exec(ctx, l.conn, []string{stateKey(k)}, []string{l.prefix()}).Error(); err != nil {
		return fmt.Errorf("clear channel state: %w", err)
	}
	return nil
}

// Run keeps this node's entries alive until ctx ends.
func (l *LiveStates) Run(ctx context.Context) error {
	every := time.NewTicker(l.o.TTL / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		if err := l.renew(ctx); err != nil && ctx.Err() == nil {
			l.o.Log.Warn("channel states not renewed in Redis", "err", err)
		}
	}
}

// renew writes every entry again, also for a Redis that has lost them.
func (l *LiveStates) renew(ctx context.Context) error {
	l.mu.Lock()
	keys := slices.Collect(maps.Keys(l.own))
	l.mu.Unlock()
	for _, k := range keys {
		if err := l.rewrite(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes an entry in its present state, and once more when it changed meanwhile: this write may have come after the
// one of Put or Clear.
func (l *LiveStates) rewrite(ctx context.Context, k channel.Key) error {
	for {
		before, ok := l.ownState(k)
		if !ok {
			return nil
		}
		if err := l.put(ctx, before); err != nil {
			return err
		}
		switch after, ok := l.ownState(k); {
		case !ok:
			return l.Clear(ctx, k)
		case after == before:
			return nil
		}
	}
}

func (l *LiveStates) ownState(k channel.Key) (channel.State, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.own[k]
	return s, ok
}

func statePlace(k channel.Key) string { return "board:" + string(k.Type) }

func stateKey(k channel.Key) string { return shopPrefix + string(k.Shop) + "}:" + statePlace(k) }
