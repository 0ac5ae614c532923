// Package bustest is the contract that every bus.Bus passes.
package bustest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"recado/internal/bus"
	"recado/internal/tenant"

	"github.com/stretchr/testify/require"
)

// Nodes returns n buses that see each other's events, as n processes have them.
// What they need lives until the test ends.
type Nodes func(t *testing.T, n int) []bus.Bus

const patience = 10 * time.Second

// Run runs the suite.
func Run(t *testing.T, nodes Nodes) {
	t.Helper()
	t.Run("every subscriber of every node gets every event in order", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		var feeds []<-chan bus.Event
		for _, b := range []bus.Bus{list[0], list[0], list[1]} {
			feeds = append(feeds, subscribe(t, t.Context(), b, 100))
		}
		want := make([]bus.Event, 50)
		for i := range want {
			want[i] = event(t, fmt.Sprint("shop", i%3), i)
			require.NoError(t, list[0].Publish(t.Context(), want[i]))
		}
		for _, feed := range feeds {
			for i := range want {
				require.Equal(t, want[i], next(t, feed))
			}
		}
	})
	t.Run("both nodes publish", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		feed := subscribe(t, t.Context(), list[0], 10)
		require.NoError(t, list[1].Publish(t.Context(), event(t, "far", 1)))
		require.Equal(t, event(t, "far", 1), next(t, feed))
		require.NoError(t, list[0].Publish(t.Context(), event(t, "near", 2)))
		require.Equal(t, event(t, "near", 2), next(t, feed))
	})
	t.Run("nothing from before the subscription", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		witness := subscribe(t, t.Context(), list[0], 10)
		require.NoError(t, list[1].Publish(t.Context(), event(t, "a", 1)))
		next(t, witness)
		feed := subscribe(t, t.Context(), list[0], 10)
		require.NoError(t, list[1].Publish(t.Context(), event(t, "a", 2)))
		require.Equal(t, event(t, "a", 2), next(t, feed))
	})
	t.Run("a slow subscriber is dropped and holds nobody up", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 2)
		slow := subscribe(t, t.Context(), list[0], 3)
		quick := subscribe(t, t.Context(), list[0], 100)
		for i := range 20 {
			require.NoError(t, list[1].Publish(t.Context(), event(t, "a", i)))
		}
		for i := range 20 {
			require.Equal(t, event(t, "a", i), next(t, quick))
		}
		for i := range 3 {
			require.Equal(t, event(t, "a", i), next(t, slow))
		}
		closed(t, slow)
		again := subscribe(t, t.Context(), list[0], 3)
		require.NoError(t, list[1].Publish(t.Context(), event(t, "a", 99)))
		require.Equal(t, event(t, "a", 99), next(t, again))
	})
	t.Run("the end of the context closes", func(t *testing.T) {
		t.Parallel()
		list := nodes(t, 1)
		ctx, cancel := context.WithCancel(t.Context())
		feed := subscribe(t, ctx, list[0], 3)
		cancel()
		closed(t, feed)
		require.NoError(t, list[0].Publish(t.Context(), event(t, "a", 1)))
	})
	t.Run("an ended context subscribes to nothing", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		closed(t, subscribe(t, ctx, nodes(t, 1)[0], 3))
	})
}

func subscribe(t *testing.T, ctx context.Context, b bus.Bus, buffer int) <-chan bus.Event { //nolint:revive // t first, as in every test here
	t.Helper()
	feed, err := b.Subscribe(ctx, buffer)
	require.NoError(t, err)
	return feed
}

func event(t *testing.T, shop string, n int) bus.Event {
	t.Helper()
	e, err := bus.NewEvent(tenant.ShopID(shop), "count", map[string]int{"n": n})
	require.NoError(t, err)
	require.True(t, json.Valid(e.Data))
	return e
}

func next(t *testing.T, feed <-chan bus.Event) bus.Event {
	t.Helper()
	select {
	case e, ok := <-feed:
		require.True(t, ok, "the subscription was closed")
		return e
	case <-time.After(patience):
		require.FailNow(t, "no event")
		return bus.Event{}
	}
}

func closed(t *testing.T, feed <-chan bus.Event) {
	t.Helper()
	select {
	case e, ok := <-feed:
		require.False(t, ok, "%+v instead of the end", e)
	case <-time.After(patience):
		require.FailNow(t, "the subscription was not closed")
	}
}
