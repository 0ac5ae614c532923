package redis

import (
	"context"
	_ "embed" // the script
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

//go:embed scripts/board_clear.lua
var boardClearSource string

// Seal closes a value of a shop; place names where it lies, and must be the same to Open it.
type Seal func(ctx context.Context, shop tenant.ShopID, place string, value []byte) ([]byte, error)

// BoardOptions are a Board's parts. Node and Log are required.
type BoardOptions struct {
	Node string // who shows
	Log  *slog.Logger

	// Seal and Open keep codes and numbers from readers of Redis; both nil: values lie there in the clear.
	Seal, Open Seal

	TTL time.Duration // how long an entry outlives its node; 0 = 30 s
}

// Board is the channel.LiveStates of all nodes: session:shop:{<shopId>}:board:<type> is a line with the node's name, then the
// sealed state. Entries expire when their node does not renew them, which Run does. What this node shows itself it answers from
// memory, so that the state of its own channels is known while Redis is not.
type Board struct {
	conn  rueidis.Client
	o     BoardOptions
	clear *rueidis.Lua

	mu  sync.Mutex
	own map[channel.Key]channel.State
}

var _ channel.LiveStates = (*Board)(nil)

// Board returns the board of this Redis.
func (c *Client) Board(o BoardOptions) *Board {
	if o.TTL == 0 {
		o.TTL = 30 * time.Second
	}
	if o.Seal == nil || o.Open == nil {
		plain := func(_ context.Context, _ tenant.ShopID, _ string, value []byte) ([]byte, error) { return value, nil }
		o.Seal, o.Open = plain, plain
	}
	return &Board{conn: c.conn, o: o, clear: rueidis.NewLuaScript(boardClearSource), own: make(map[channel.Key]channel.State)}
}

// Put implements channel.LiveStates.
func (b *Board) Put(ctx context.Context, s channel.State) error {
	b.mu.Lock()
	b.own[s.Key()] = s
	b.mu.Unlock()
	return b.put(ctx, s)
}

func (b *Board) put(ctx context.Context, s channel.State) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("show channel: %w", err)
	}
	if text, err = b.o.Seal(ctx, s.Shop, boardPlace(s.Key()), text); err != nil {
		return fmt.Errorf("show channel: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := b.conn.B().Set().Key(boardKey(s.Key())).Value(b.prefix() + string(text)).Px(b.o.TTL).Build()
	if err := b.conn.Do(ctx, command).Error(); err != nil {
		return fmt.Errorf("show channel: %w", err)
	}
	return nil
}

// prefix begins an entry: whose it is. A name of a node has no line feed in it.
func (b *Board) prefix() string { return b.o.Node + "\n" }

// State implements channel.LiveStates.
func (b *Board) State(ctx context.Context, k channel.Key) (channel.State, bool, error) {
	if s, ok := b.mine(k); ok {
		return s, true, nil
	}
	wait, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	entry, err := b.conn.Do(wait, b.conn.B().Get().Key(boardKey(k)).Build()).ToString()
	if rueidis.IsRedisNil(err) {
		return channel.State{}, false, nil
	}
	if err != nil {
		return channel.State{}, false, fmt.Errorf("read channel: %w", err)
	}
	_, sealed, _ := strings.Cut(entry, "\n")
	text, err := b.o.Open(ctx, k.Shop, boardPlace(k), []byte(sealed))
	var s channel.State
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return channel.State{}, false, fmt.Errorf("read channel: %w", err)
	}
	return s, true, nil
}

// Clear implements channel.LiveStates.
func (b *Board) Clear(ctx context.Context, k channel.Key) error {
	b.mu.Lock()
	delete(b.own, k)
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := b.clear.Exec(ctx, b.conn, []string{boardKey(k)}, []string{b.prefix()}).Error(); err != nil {
		return fmt.Errorf("clear channel: %w", err)
	}
	return nil
}

// Run keeps this node's entries alive until ctx ends.
func (b *Board) Run(ctx context.Context) error {
	every := time.NewTicker(b.o.TTL / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		if err := b.renew(ctx); err != nil && ctx.Err() == nil {
			b.o.Log.Warn("channel states not renewed in Redis", "err", err)
		}
	}
}

// renew writes every entry again: a Redis that forgot them has them back.
func (b *Board) renew(ctx context.Context) error {
	b.mu.Lock()
	keys := slices.Collect(maps.Keys(b.own))
	b.mu.Unlock()
	for _, k := range keys {
		if err := b.again(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// again writes an entry as it is by now, and once more when it changed meanwhile: our write may have come after the one of
// Show or Clear.
func (b *Board) again(ctx context.Context, k channel.Key) error {
	for {
		before, ok := b.mine(k)
		if !ok {
			return nil
		}
		if err := b.put(ctx, before); err != nil {
			return err
		}
		switch after, ok := b.mine(k); {
		case !ok:
			return b.Clear(ctx, k)
		case after == before:
			return nil
		}
	}
}

func (b *Board) mine(k channel.Key) (channel.State, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.own[k]
	return s, ok
}

func boardPlace(k channel.Key) string { return "board:" + string(k.Type) }

func boardKey(k channel.Key) string { return shopPrefix + string(k.Shop) + "}:" + boardPlace(k) }
