package redis

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
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
	for range 3 { // these are lost
		require.NoError(t, b.Publish(t.Context(), bus.Event{Shop: "a", Name: "lost", Data: []byte(`{}`)}))
		require.Eventually(t, func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.waiting) == 0
		}, 10*time.Second, time.Millisecond)
	}
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

// Events that a node publishes at once leave in one command, and a bus without Redis does not grow.
func TestEventsLeaveTogether(t *testing.T) {
	t.Parallel()
	c := startServer(t).open(t)
	b := openBus(t, c)
	feed, err := b.Subscribe(t.Context(), 1000)
	require.NoError(t, err)
	before := commands(t, c)
	for range 500 {
		require.NoError(t, b.Publish(t.Context(), bus.Event{Shop: "a", Name: "n", Data: []byte(`1`)}))
	}
	for range 500 {
		<-feed
	}
	require.Less(t, commands(t, c)-before, 50)

	idle := c.Bus(slog.New(slog.DiscardHandler))
	for range maxWaiting {
		require.NoError(t, idle.Publish(t.Context(), bus.Event{Shop: "a"}))
	}
	require.ErrorIs(t, idle.Publish(t.Context(), bus.Event{Shop: "a"}), ErrBusy)
}

// commands is how many commands the server has done.
func commands(t *testing.T, c *Client) int {
	t.Helper()
	text, err := c.conn.Do(t.Context(), c.conn.B().Info().Section("stats").Build()).ToString()
	require.NoError(t, err)
	n, err := strconv.Atoi(parseInfo(text)["total_commands_processed"])
	require.NoError(t, err)
	return n
}
