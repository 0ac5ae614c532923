package redis

import (
	"context"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/message"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// A server has stopped answering without closing its connections, like one whose machine hangs or whose network is gone.
// Every call gets an error in time: those in flight, those that queue for a full connection, and those that need a
// connection of their own when all are taken.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	n := startNode(t, redisPlain, serverArgs())
	c := openURL(t, "redis://"+n.addr())
	b, board := c.Signal(), openLiveStates(c, "reader", LiveStateOptions{})
	_, err := b.Claim(t.Context(), signalstoretest.Key, 1)
	require.NoError(t, err)
	events := openBus(t, c)
	_, err = events.Subscribe(t.Context(), 10)
	require.NoError(t, err)

	require.NoError(t, n.cmd.Process.Signal(syscall.SIGSTOP))
	woken := false
	wake := func() {
		if !woken {
			woken = true
			require.NoError(t, n.cmd.Process.Signal(syscall.SIGCONT))
		}
	}
	t.Cleanup(wake)
	start := time.Now()
	limit := 2*silence + commandTimeout + 3*time.Second // and a busy machine
	var all sync.WaitGroup
	var answered, late atomic.Int64
	wait := func(times int, allowed time.Duration, f func(ctx context.Context) error) {
		for range times {
			all.Go(func() {
				begun := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if f(ctx) == nil {
					answered.Add(1)
				}
				if time.Since(begun) > allowed {
					late.Add(1)
				}
			})
		}
	}
	wait(5000, limit, func(ctx context.Context) error {
		return b.Apply(ctx, signalstoretest.Key, kv.Apply{Epoch: 1, Next: 1})
	})
	wait(100, limit, func(ctx context.Context) error {
		_, _, err := board.State(ctx, shown.Key())
		return err
	})
	many := make([]kv.DeviceKey, 2500)
	for i := range many {
		many[i] = kv.DeviceKey{Shop: signalstoretest.Key.Shop, Channel: message.WhatsAppWeb}
	}
	wait(2*poolSize, limit, func(ctx context.Context) error {
		_, err := b.Devices(ctx, many...)
		return err
	})
	all.Wait()
	require.Zero(t, answered.Load())
	require.Zero(t, late.Load(), "after %v", time.Since(start))

	wake()
	until(t, func() error {
		_, err := b.Claim(t.Context(), signalstoretest.Key, 2)
		return err
	})
	_, err = b.Devices(t.Context(), many...)
	require.NoError(t, err)
	hears(t, events)
}
