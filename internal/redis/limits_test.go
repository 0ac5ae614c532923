package redis

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant/auth"
	"recado/internal/tenant/auth/limitstest"
)

func openLimits(c *Client, now func() time.Time) *Limits {
	return c.Limits(LimitOptions{Log: slog.New(slog.DiscardHandler), Now: now})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	limitstest.Run(t, func(t *testing.T, now func() time.Time) auth.Limits {
		t.Helper()
		return openLimits(s.open(t), now)
	})
}

var fewTries = auth.Rule{Burst: 2, Every: time.Hour}

func TestNodesCountTogether(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a := openLimits(s.open(t), nil)
	b := openLimits(s.same(t), nil)
	for _, l := range []*Limits{a, b} {
		wait, err := l.Take(t.Context(), "ana@example.com", fewTries)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
	for _, l := range []*Limits{a, b} {
		wait, err := l.Take(t.Context(), "ana@example.com", fewTries)
		require.NoError(t, err)
		require.NotZero(t, wait)
	}
	names, err := a.conn.Do(t.Context(), a.conn.B().Keys().Pattern("*").Build()).AsStrSlice()
	require.NoError(t, err)
	require.Len(t, names, 1)
	require.False(t, strings.Contains(names[0], "ana"), names[0])
}

func TestLimitsWithoutRedis(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	l := openLimits(s.open(t), nil)
	s.kill(t)
	for n := range 4 {
		wait, err := l.Take(t.Context(), "a", fewTries)
		require.NoError(t, err)
		require.Equal(t, n >= fewTries.Burst, wait > 0, "try %d", n)
	}
	require.NoError(t, l.Forget(t.Context(), "a"))
	wait, err := l.Take(t.Context(), "a", fewTries)
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, l.GiveBack(t.Context(), "a", fewTries))
}
