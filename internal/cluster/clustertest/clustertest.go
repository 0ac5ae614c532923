// Package clustertest is the contract that every cluster.Leases passes.
package clustertest

import (
	"fmt"
	"sync"
	"testing"

	"recado/internal/cluster"
	"recado/internal/tenant"

	"github.com/stretchr/testify/require"
)

// Node returns the leases of a node that starts now, on the same store as those
// that the test had before. A node of a name that was there before is the same
// node after it was killed.
type Node func(t *testing.T, name string) cluster.Leases

// Store makes the store of one test.
type Store func(t *testing.T) Node

// Run runs what one node alone must keep.
func Run(t *testing.T, store Store) {
	t.Helper()
	t.Run("the same lease as long as it lives", func(t *testing.T) {
		t.Parallel()
		l := store(t)(t, "a")
		first, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		require.Equal(t, tenant.ShopID("lupita"), first.Shop)
		require.Zero(t, first.NotBefore)
		require.NotEmpty(t, first.Node)
		require.Positive(t, first.Epoch)
		again, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		Same(t, first, again)
		Held(t, first)
	})
	t.Run("releasing loses it, and the next epoch is higher", func(t *testing.T) {
		t.Parallel()
		l := store(t)(t, "a")
		last := cluster.Lease{}
		for range 5 {
			lease, err := l.Acquire(t.Context(), "lupita")
			require.NoError(t, err)
			require.Greater(t, lease.Epoch, last.Epoch)
			require.NoError(t, l.Release(t.Context(), lease))
			Lost(t, lease)
			last = lease
		}
	})
	t.Run("releasing an old lease changes nothing", func(t *testing.T) {
		t.Parallel()
		l := store(t)(t, "a")
		old, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		require.NoError(t, l.Release(t.Context(), old))
		lease, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		require.NoError(t, l.Release(t.Context(), old))
		Held(t, lease)
		same, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		Same(t, lease, same)
	})
	t.Run("shops are apart", func(t *testing.T) {
		t.Parallel()
		l := store(t)(t, "a")
		a, err := l.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		b, err := l.Acquire(t.Context(), "beto")
		require.NoError(t, err)
		require.NoError(t, l.Release(t.Context(), a))
		Held(t, b)
	})
	t.Run("a restarted node has a higher epoch", func(t *testing.T) {
		t.Parallel()
		node := store(t)
		before, err := node(t, "a").Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		after, err := node(t, "a").Acquire(t.Context(), "lupita") // the first was killed
		require.NoError(t, err)
		require.Greater(t, after.Epoch, before.Epoch)
	})
	t.Run("many at once get one lease", func(t *testing.T) {
		t.Parallel()
		l := store(t)(t, "a")
		var wg sync.WaitGroup
		leases := make([]cluster.Lease, 20)
		errs := make([]error, len(leases))
		for i := range leases {
			wg.Go(func() { leases[i], errs[i] = l.Acquire(t.Context(), "lupita") })
		}
		wg.Wait()
		for i := range leases {
			require.NoError(t, errs[i])
			Same(t, leases[0], leases[i])
		}
	})
}

// RunMany runs what nodes on one store must keep between them.
func RunMany(t *testing.T, store Store) {
	t.Helper()
	t.Run("one shop, one node", func(t *testing.T) {
		t.Parallel()
		node := store(t)
		a, b := node(t, "a"), node(t, "b")
		lease, err := a.Acquire(t.Context(), "lupita")
		require.NoError(t, err)
		_, err = b.Acquire(t.Context(), "lupita")
		require.ErrorIs(t, err, cluster.ErrOwned)
		Held(t, lease)
	})
	t.Run("a hand-over takes no time", func(t *testing.T) {
		t.Parallel()
		node := store(t)
		nodes := []cluster.Leases{node(t, "a"), node(t, "b")}
		last := cluster.Lease{}
		for i := range 6 {
			lease, err := nodes[i%2].Acquire(t.Context(), "lupita")
			require.NoError(t, err)
			require.Greater(t, lease.Epoch, last.Epoch)
			require.NotEqual(t, last.Node, lease.Node)
			require.NoError(t, nodes[i%2].Release(t.Context(), lease))
			last = lease
		}
	})
	t.Run("of many nodes one wins each shop", func(t *testing.T) {
		t.Parallel()
		node := store(t)
		var nodes []cluster.Leases
		for i := range 4 {
			nodes = append(nodes, node(t, fmt.Sprint("n", i)))
		}
		for shop := range 10 {
			var wg sync.WaitGroup
			won := make(chan string, len(nodes))
			for _, l := range nodes {
				wg.Go(func() {
					if lease, err := l.Acquire(t.Context(), tenant.ShopID(fmt.Sprint("shop", shop))); err == nil {
						won <- lease.Node
					}
				})
			}
			wg.Wait()
			require.Len(t, won, 1)
		}
	})
}

// Held fails the test when the lease is lost.
func Held(t *testing.T, l cluster.Lease) {
	t.Helper()
	select {
	case <-l.Lost:
		require.FailNow(t, "the lease is lost")
	default:
	}
}

// Lost fails the test unless the lease is lost.
func Lost(t *testing.T, l cluster.Lease) {
	t.Helper()
	select {
	case <-l.Lost:
	default:
		require.FailNow(t, "the lease is not lost")
	}
}

// Same fails unless both are one lease. Equal would print, and so read, the
// leases' own memory, which belongs to the goroutine that renews them.
func Same(t *testing.T, want, got cluster.Lease) {
	t.Helper()
	require.True(t, want == got, "another lease: epochs %d and %d", want.Epoch, got.Epoch)
}
