package redis

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/bus/bustest"
)

// run runs f until the test ends.
func run(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
}

// same opens one more client of the database that was opened last.
func (s *server) same(t *testing.T) *Client {
	t.Helper()
	c, err := Open(t.Context(), Options{URL: fmt.Sprintf("unix://%s?db=%d", s.socket(), s.next.Load())})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func openBus(t *testing.T, c *Client) *Bus {
	t.Helper()
	b := c.Bus(slog.New(slog.DiscardHandler))
	run(t, b.Run)
	return b
}

// Events know no databases: every test has its server.
func TestBus(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T, n int) []bus.Bus {
		t.Helper()
		s, list := startServer(t), make([]bus.Bus, n)
		for i := range list {
			list[i] = openBus(t, s.open(t))
		}
		return list
	})
}

func TestLostConnectionClosesSubscriptions(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	b := openBus(t, s.open(t))
	feed, err := b.Subscribe(t.Context(), 10)
	require.NoError(t, err)
	s.kill(t)
	select {
	case e, open := <-feed:
		require.False(t, open, "%+v", e)
	case <-time.After(10 * time.Second):
		require.FailNow(t, "not closed")
	}
	require.Error(t, b.Publish(t.Context(), bus.Event{Shop: "a", Name: "lost", Data: []byte(`{}`)}))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	none, err := b.Subscribe(ended, 10)
	require.NoError(t, err)
	_, open := <-none
	require.False(t, open)

	s.start(t)
	feed, err = b.Subscribe(t.Context(), 10) // waits
	require.NoError(t, err)
	want := bus.Event{Shop: "a", Name: "back", Data: []byte(`{}`)}
	require.NoError(t, b.Publish(t.Context(), want))
	require.Equal(t, want, <-feed)
}
