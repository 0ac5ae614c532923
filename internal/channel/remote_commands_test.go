package channel_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/tenant"
)

// desk is the leases of several nodes.
type desk struct {
	mu    sync.Mutex
	epoch cluster.Epoch
	held  map[tenant.ShopID]cluster.Lease
	lost  map[tenant.ShopID]chan struct{}
	late  atomic.Bool // nobody has renewed for long
}

func newDesk() *desk {
	return &desk{held: map[tenant.ShopID]cluster.Lease{}, lost: map[tenant.ShopID]chan struct{}{}}
}

// Valid implements cluster.LeaseClock.
func (d *desk) Valid() bool { return !d.late.Load() }

// lose takes a shop away from its node.
func (d *desk) lose(shop tenant.ShopID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.lost[shop])
	delete(d.held, shop)
}

// seat is one node's place at the desk.
type seat struct {
	*desk
	node string
}

func (s seat) Acquire(_ context.Context, shop tenant.ShopID) (cluster.Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.held[shop]; ok {
		if l.Node != s.node {
			return cluster.Lease{}, cluster.ErrOwned
		}
		return l, nil
	}
	s.epoch++
	s.lost[shop] = make(chan struct{})
	s.held[shop] = cluster.Lease{Shop: shop, Node: s.node, Epoch: s.epoch, Lost: s.lost[shop], Clock: s.desk}
	return s.held[shop], nil
}

func (s seat) Release(_ context.Context, l cluster.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[l.Shop].Epoch == l.Epoch {
		close(s.lost[l.Shop])
		delete(s.held, l.Shop)
	}
	return nil
}

// pair is two nodes on one store.
type pair struct {
	t          *testing.T
	desk       *desk
	store      *store
	strategy   *strategy
	liveStates *channel.LocalLiveStates
	a, b       *channel.Service
	ma, mb     *channel.Manager
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{
		t: t, desk: newDesk(), liveStates: &channel.LocalLiveStates{},
		store:    &store{channels: map[channel.Key]channel.Channel{}, changed: make(chan struct{}, 64)},
		strategy: &strategy{linked: map[tenant.ShopID]bool{}, sessions: map[tenant.ShopID]*session{}},
	}
	local := &counted{}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	node := func(name string) (*channel.Manager, *channel.Service) {
		m := channel.NewManager(channel.ManagerOptions{
			Strategies: map[channel.Type]channel.Strategy{bot: p.strategy}, Store: p.store, Leases: seat{p.desk, name},
			Bus: local, LiveStates: p.liveStates, Host: &host{}, Now: time.Now, Log: discard,
		})
		s := channel.NewService(m)
		wg.Go(func() { _ = s.Serve(ctx) })
		t.Cleanup(func() { require.NoError(t, m.Close(context.Background())) })
		return m, s
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	p.ma, p.a = node("a")
	p.mb, p.b = node("b")
	require.Eventually(t, func() bool { return local.subscribers() == 2 }, 10*time.Second, time.Millisecond)
	return p
}

// counted is a bus that knows how many have subscribed.
type counted struct {
	bus.Local
	mu sync.Mutex
	n  int
}

func (c *counted) Subscribe(ctx context.Context, buffer int) (<-chan bus.Event, error) {
	feed, err := c.Local.Subscribe(ctx, buffer)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return feed, err
}

func (c *counted) subscribers() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

const served = tenant.ShopID("lupita")

// active has A serve the shop.
func (p *pair) active() {
	p.t.Helper()
	_, err := p.a.Activate(p.t.Context(), served, bot)
	require.NoError(p.t, err)
	p.strategy.remember(served)
	p.strategy.mu.Lock()
	s := p.strategy.sessions[served]
	p.strategy.mu.Unlock()
	s.sink.Notify(p.t.Context(), channel.Ready{Number: "5215511110001", Name: "Lupita"})
}

func TestCommandsForAnotherNodesShop(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.active()
	got, err := p.b.Activate(t.Context(), served, bot)
	require.NoError(t, err)
	require.True(t, got.AlreadyActive)
	require.Equal(t, "5215511110001", got.State.Number)
	require.Equal(t, 1, p.strategy.opened())

	st, err := p.b.Deactivate(t.Context(), served, bot, false)
	require.NoError(t, err)
	require.Equal(t, channel.Inactive, st.Status)
	require.Empty(t, p.ma.Count()[channel.Active])
}

func TestNobodyRestoresWhatAnotherNodeServes(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.active()
	require.NoError(t, p.mb.Restore(t.Context(), 100))
	require.Equal(t, 1, p.strategy.opened())
	st, err := p.b.State(t.Context(), served, bot)
	require.NoError(t, err)
	require.Equal(t, channel.Active, st.Status)
}

// A node that lost its lease says so, and whoever can serves the shop.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.active()
	p.desk.lose(served)
	require.Eventually(t, func() bool {
		c, err := p.store.Channel(t.Context(), channel.Key{Shop: served, Type: bot})
		return err == nil && c.Status == channel.Connecting && c.Reason == channel.StoreFailed && c.Enabled
	}, 10*time.Second, time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.mb.TakeOver(ctx, 100, time.Millisecond) }()
	require.Eventually(t, func() bool { return p.strategy.opened() == 2 }, 10*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	_, err := seat{p.desk, "a"}.Acquire(t.Context(), served)
	require.ErrorIs(t, err, cluster.ErrOwned)
}

// What a channel gave up by itself is not tried again by the next look.
func TestTakeOverLeavesWhatGaveUp(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.strategy.remember(served)
	p.store.put(channel.Channel{Shop: served, Type: bot, Enabled: true, Status: channel.Errored, Reason: channel.Unreachable})
	p.store.put(channel.Channel{Shop: "witness", Type: bot, Enabled: true, Status: channel.Active})
	p.strategy.remember("witness")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.mb.TakeOver(ctx, 100, time.Millisecond) }()
	require.Eventually(t, func() bool { return p.strategy.opened() == 1 }, 10*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, 1, p.strategy.opened())
	_, err := seat{p.desk, "free"}.Acquire(t.Context(), served)
	require.NoError(t, err)
}

// The owner is gone and its lease is not: the answer is that, and soon.
func TestOwnerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	_, err := seat{p.desk, "dead"}.Acquire(t.Context(), served)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = p.b.Activate(ctx, served, bot)
	require.ErrorIs(t, err, channel.ErrOwnerSilent)
	require.ErrorIs(t, err, cluster.ErrOwned)
	require.Zero(t, p.strategy.opened())
}
