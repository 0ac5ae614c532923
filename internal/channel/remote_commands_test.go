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

// leaseTable is the leases of several nodes in one memory.
type leaseTable struct {
	mu      sync.Mutex
	epoch   cluster.Epoch
	held    map[tenant.ShopID]cluster.Lease
	lost    map[tenant.ShopID]chan struct{}
	expired atomic.Bool // by the local clock
}

func newLeaseTable() *leaseTable {
	return &leaseTable{held: map[tenant.ShopID]cluster.Lease{}, lost: map[tenant.ShopID]chan struct{}{}}
}

// Valid implements cluster.LeaseClock.
func (d *leaseTable) Valid() bool { return !d.expired.Load() }

// lose ends the lease of a shop.
func (d *leaseTable) lose(shop tenant.ShopID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.lost[shop])
	delete(d.held, shop)
}

// nodeLeases is the cluster.Leases of one node.
type nodeLeases struct {
	*leaseTable
	node string
}

func (s nodeLeases) Acquire(_ context.Context, shop tenant.ShopID) (cluster.Lease, error) {
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
	s.held[shop] = cluster.Lease{Shop: shop, Node: s.node, Epoch: s.epoch, Lost: s.lost[shop], Clock: s.leaseTable}
	return s.held[shop], nil
}

func (s nodeLeases) Release(_ context.Context, l cluster.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[l.Shop].Epoch == l.Epoch {
		close(s.lost[l.Shop])
		delete(s.held, l.Shop)
	}
	return nil
}

// twoNodes is two nodes, a and b, on one store.
type twoNodes struct {
	t          *testing.T
	leases     *leaseTable
	store      *store
	strategy   *strategy
	liveStates *channel.LocalLiveStates
	a, b       *channel.Service
	ma, mb     *channel.Manager
}

func newTwoNodes(t *testing.T) *twoNodes {
	t.Helper()
	p := &twoNodes{
		t: t, leases: newLeaseTable(), liveStates: &channel.LocalLiveStates{},
		store:    &store{channels: map[channel.Key]channel.Channel{}, changed: make(chan struct{}, 64)},
		strategy: &strategy{linked: map[tenant.ShopID]bool{}, sessions: map[tenant.ShopID]*session{}},
	}
	local := &countingBus{}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	node := func(name string) (*channel.Manager, *channel.Service) {
		m := channel.NewManager(channel.ManagerOptions{
			Strategies: map[channel.Type]channel.Strategy{bot: p.strategy}, Store: p.store, Leases: nodeLeases{p.leases, name},
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

// countingBus counts the subscriptions to it.
type countingBus struct {
	bus.Local
	mu sync.Mutex
	n  int
}

func (c *countingBus) Subscribe(ctx context.Context, buffer int) (<-chan bus.Event, error) {
	feed, err := c.Local.Subscribe(ctx, buffer)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return feed, err
}

func (c *countingBus) subscribers() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

const served = tenant.ShopID("lupita")

// activateOnA makes the channel active on node a.
func (p *twoNodes) activateOnA() {
	p.t.Helper()
	_, err := p.a.Activate(p.t.Context(), served, bot)
	require.NoError(p.t, err)
	p.strategy.addCredentials(served)
	p.strategy.mu.Lock()
	s := p.strategy.sessions[served]
	p.strategy.mu.Unlock()
	s.sink.Notify(p.t.Context(), channel.Ready{Number: "5215511110001", Name: "Lupita"})
}

func TestRemoteCommands(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.activateOnA()
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

func TestRestoreSkipsShopsOfOtherNodes(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.activateOnA()
	require.NoError(t, p.mb.Restore(t.Context(), 100))
	require.Equal(t, 1, p.strategy.opened())
	st, err := p.b.State(t.Context(), served, bot)
	require.NoError(t, err)
	require.Equal(t, channel.Active, st.Status)
}

// TestTakeOver: a node that lost its lease records that, and another restores the channel.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.activateOnA()
	p.leases.lose(served)
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
	_, err := nodeLeases{p.leases, "a"}.Acquire(t.Context(), served)
	require.ErrorIs(t, err, cluster.ErrOwned)
}

// TestTakeOverSkipsChannelsThatGaveUp: a channel in error for good is not tried again.
func TestTakeOverSkipsChannelsThatGaveUp(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.strategy.addCredentials(served)
	p.store.put(channel.Channel{Shop: served, Type: bot, Enabled: true, Status: channel.Errored, Reason: channel.Unreachable})
	p.store.put(channel.Channel{Shop: "witness", Type: bot, Enabled: true, Status: channel.Active})
	p.strategy.addCredentials("witness")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.mb.TakeOver(ctx, 100, time.Millisecond) }()
	require.Eventually(t, func() bool { return p.strategy.opened() == 1 }, 10*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, 1, p.strategy.opened())
	_, err := nodeLeases{p.leases, "free"}.Acquire(t.Context(), served)
	require.NoError(t, err)
}

// TestSilentOwner: the owner died and its lease has not expired yet.
func TestSilentOwner(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	_, err := nodeLeases{p.leases, "dead"}.Acquire(t.Context(), served)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = p.b.Activate(ctx, served, bot)
	require.ErrorIs(t, err, channel.ErrOwnerSilent)
	require.ErrorIs(t, err, cluster.ErrOwned)
	require.Zero(t, p.strategy.opened())
}
