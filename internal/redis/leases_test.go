package redis

import (
	"crypto/rand"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/cluster/clustertest"
)

func openLeases(c *Client, node string, o LeaseOptions) *Leases {
	o.Node, o.Process, o.Log = node, rand.Text(), slog.New(slog.DiscardHandler)
	return c.Leases(o)
}

func TestLeases(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	store := func(t *testing.T) clustertest.Node {
		t.Helper()
		url := s.url()
		return func(t *testing.T, name string) cluster.Leases {
			t.Helper()
			c, err := Open(t.Context(), Options{URL: url})
			require.NoError(t, err)
			t.Cleanup(c.Close)
			l := openLeases(c, name, LeaseOptions{})
			run(t, l.Run)
			return l
		}
	}
	clustertest.Run(t, store)
	clustertest.RunMany(t, store)
}

// clock is one that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func acquire(t *testing.T, l *Leases) cluster.Lease {
	t.Helper()
	lease, err := l.Acquire(t.Context(), "lupita")
	require.NoError(t, err)
	return lease
}

func awaitLost(t *testing.T, lease cluster.Lease) {
	t.Helper()
	select {
	case <-lease.Lost:
	case <-time.After(10 * time.Second):
		require.FailNow(t, "the lease is not lost")
	}
}

// Without Redis a node fences itself by its own clock, and gets a new lease when Redis is back.
func TestNodeFencesItself(t *testing.T) {
	t.Parallel()
	s, now := startServer(t), newClock()
	l := openLeases(s.open(t), "a", LeaseOptions{Renew: 5 * time.Millisecond, Now: now.Now})
	before := acquire(t, l)
	s.kill(t)
	run(t, l.Run)
	now.advance(7*time.Second - time.Millisecond)
	l.renewOnce(t.Context())
	clustertest.Held(t, before)
	now.advance(time.Millisecond)
	awaitLost(t, before)
	_, err := l.Acquire(t.Context(), "lupita")
	require.Error(t, err)
	require.NotErrorIs(t, err, cluster.ErrOwned)
	s.start(t)
	var after cluster.Lease
	require.Eventually(t, func() bool {
		after, err = l.Acquire(t.Context(), "lupita")
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	require.Greater(t, after.Epoch, before.Epoch)
}

// A node that does not renew keeps its shops for Grace, and no longer. (The scale is a thousandth, almost.)
func TestTakeoverAfterGrace(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	takesOver(t, s.open(t), s.same(t))
}

func takesOver(t *testing.T, a, b *Client) {
	t.Helper()
	const grace = 500 * time.Millisecond
	start := time.Now()
	dead := openLeases(a, "dead", LeaseOptions{Grace: grace})
	before := acquire(t, dead)
	heir := openLeases(b, "heir", LeaseOptions{})
	_, err := heir.Acquire(t.Context(), "lupita")
	require.ErrorIs(t, err, cluster.ErrOwned)
	var after cluster.Lease
	require.Eventually(t, func() bool {
		after, err = heir.Acquire(t.Context(), "lupita")
		return err == nil
	}, 10*time.Second, 5*time.Millisecond)
	require.GreaterOrEqual(t, time.Since(start), grace)
	require.Greater(t, after.Epoch, before.Epoch)

	require.NoError(t, dead.Release(t.Context(), before), "too late, and harmless")
	_, err = dead.Acquire(t.Context(), "lupita")
	require.ErrorIs(t, err, cluster.ErrOwned)
	clustertest.Held(t, after)
}

func TestClosedNodeLeavesAtOnce(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a := openLeases(s.open(t), "a", LeaseOptions{})
	lease := acquire(t, a)
	require.NoError(t, a.Close(t.Context()))
	clustertest.Lost(t, lease)
	acquire(t, openLeases(s.same(t), "b", LeaseOptions{}))
}

// Two processes must not be one node: the later one wins, and the earlier one notices.
func TestSuccessorEndsItsPredecessor(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	old := openLeases(s.open(t), "a", LeaseOptions{Renew: 5 * time.Millisecond})
	run(t, old.Run)
	before := acquire(t, old)
	after := acquire(t, openLeases(s.same(t), "a", LeaseOptions{}))
	require.Greater(t, after.Epoch, before.Epoch)
	awaitLost(t, before)
	_, err := old.Acquire(t.Context(), "lupita")
	require.ErrorIs(t, err, ErrReplaced)
	clustertest.Held(t, after)
}

// A Redis that lost the record, or whose clock went back, does not repeat an epoch.
func TestEpochsGrow(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := s.open(t)
	l := openLeases(c, "a", LeaseOptions{})
	first := acquire(t, l)
	require.InDelta(t, time.Now().UnixMilli(), int64(first.Epoch), 60_000)
	require.NoError(t, l.Release(t.Context(), first))
	require.NoError(t, c.conn.Do(t.Context(), c.conn.B().Hset().Key(ownerKey("lupita")).FieldValue().FieldValue("epoch", "9007199254740990").Build()).Error())
	require.Equal(t, cluster.Epoch(9007199254740991), acquire(t, l).Epoch)
}

// Two owners of one shop keep a distance between their connects; one owner needs none between its own.
func TestOwnersConnectApart(t *testing.T) {
	t.Parallel()
	s, now := startServer(t), newClock()
	o := LeaseOptions{Spacing: time.Minute, Now: now.Now}
	a, b := openLeases(s.open(t), "a", o), openLeases(s.same(t), "b", o)
	first := acquire(t, a)
	require.Zero(t, first.NotBefore, "the shop was never connected")
	require.NoError(t, a.BeforeConnect(t.Context(), first))
	require.NoError(t, a.Release(t.Context(), first))
	again := acquire(t, a)
	require.Zero(t, again.NotBefore)
	require.NoError(t, a.Release(t.Context(), again))

	heir := acquire(t, b)
	require.InDelta(t, time.Minute, heir.NotBefore.Sub(now.Now()), float64(10*time.Second))
	require.ErrorIs(t, a.BeforeConnect(t.Context(), again), cluster.ErrOwned, "not the owner any more")
	require.NoError(t, b.Release(t.Context(), heir))
	require.ErrorIs(t, b.BeforeConnect(t.Context(), heir), cluster.ErrOwned)

	restarted := openLeases(s.same(t), "a", o)
	require.InDelta(t, time.Minute, acquire(t, restarted).NotBefore.Sub(now.Now()), float64(10*time.Second))
}
