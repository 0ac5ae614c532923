// Package limitstest is the contract that every auth.Limits passes.
package limitstest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant/auth"
)

// Make returns empty limits that go by now.
type Make func(t *testing.T, now func() time.Time) auth.Limits

// clock stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

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

var rule = auth.Rule{Burst: 2, Every: time.Minute}

// Run runs the suite.
func Run(t *testing.T, newLimits Make) {
	t.Helper()
	fixture := func(t *testing.T) (*clock, auth.Limits, func(key string) time.Duration) {
		t.Helper()
		c := &clock{now: time.Now().Truncate(time.Millisecond)}
		l := newLimits(t, c.Now)
		return c, l, func(key string) time.Duration {
			wait, err := l.Take(t.Context(), key, rule)
			require.NoError(t, err)
			return wait
		}
	}
	t.Run("a burst, then one at a time", func(t *testing.T) {
		t.Parallel()
		c, _, take := fixture(t)
		require.Zero(t, take("a"))
		require.Zero(t, take("a"))
		require.Equal(t, time.Minute, take("a"))
		c.advance(59 * time.Second)
		require.Equal(t, time.Second, take("a"))
		c.advance(time.Second)
		require.Zero(t, take("a"))
		require.Equal(t, time.Minute, take("a"))
		c.advance(time.Hour)
		require.Zero(t, take("a"))
		require.Zero(t, take("a"))
		require.NotZero(t, take("a"), "a rest saves no more than the burst")
	})
	t.Run("keys are apart", func(t *testing.T) {
		t.Parallel()
		_, _, take := fixture(t)
		require.Zero(t, take("ana@example.com"))
		require.Zero(t, take("ana@example.com"))
		require.NotZero(t, take("ana@example.com"))
		require.Zero(t, take("bruno@example.com"))
	})
	t.Run("a try is given back", func(t *testing.T) {
		t.Parallel()
		_, l, take := fixture(t)
		require.Zero(t, take("a"))
		require.Zero(t, take("a"))
		require.NoError(t, l.GiveBack(t.Context(), "a", rule))
		require.Zero(t, take("a"))
		require.NotZero(t, take("a"))
		require.NoError(t, l.GiveBack(t.Context(), "never taken", rule))
	})
	t.Run("all are forgotten", func(t *testing.T) {
		t.Parallel()
		_, l, take := fixture(t)
		require.Zero(t, take("a"))
		require.Zero(t, take("a"))
		require.NoError(t, l.Forget(t.Context(), "a"))
		require.Zero(t, take("a"))
		require.Zero(t, take("a"))
		require.NotZero(t, take("a"))
	})
	t.Run("many at once get the burst", func(t *testing.T) {
		t.Parallel()
		_, l, _ := fixture(t)
		var wg sync.WaitGroup
		passed := make(chan struct{}, 20)
		for range cap(passed) {
			wg.Go(func() {
				if wait, err := l.Take(t.Context(), "a", rule); err == nil && wait == 0 {
					passed <- struct{}{}
				}
			})
		}
		wg.Wait()
		require.Len(t, passed, rule.Burst)
	})
}
