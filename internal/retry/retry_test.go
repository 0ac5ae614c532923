package retry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/retry"
)

func TestDelayDoublesUpToMax(t *testing.T) {
	t.Parallel()
	steady := retry.Backoff{Base: time.Second, Max: 10 * time.Second, Floor: 1}
	for n, want := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 40: 10, 1_000_000: 10} {
		require.Equal(t, want*time.Second, steady.Delay(n, 0), "after attempt %d", n)
	}
}

func TestDelayIsRandomAboveFloor(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Duration(0), retry.Backoff{Base: time.Second, Max: time.Minute}.Delay(1, 0))
	require.Equal(t, 500*time.Millisecond, retry.Backoff{Base: time.Second, Max: time.Minute}.Delay(1, 0.5))
	require.Equal(t, 550*time.Millisecond, retry.Backoff{Base: time.Second, Max: time.Minute, Floor: 0.1}.Delay(1, 0.5))
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.True(t, retry.Sleep(t.Context(), time.Minute))
		require.Equal(t, time.Minute, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.False(t, retry.Backoff{Base: time.Hour, Max: time.Hour, Floor: 1}.Wait(ctx, 1))
		require.Equal(t, time.Minute+time.Second, time.Since(start))
	})
}
