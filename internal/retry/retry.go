// Package retry is the one rule for how long to wait before another attempt.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is an exponential back-off: Base before the second attempt, doubled each time up to Max, of which the part above
// Floor is random.
type Backoff struct {
	Base, Max time.Duration

	// Floor is the share of a delay that is certain: 0 spreads attempts of many over the whole delay (full jitter), so
	// that a thousand shops do not come back in one second; 1 is no jitter, for a caller that is alone.
	Floor float64
}

// Delay returns the wait after the failed attempt number n, counted from 1. random is in [0, 1).
func (b Backoff) Delay(n int, random float64) time.Duration {
	d := b.Max
	if doublings := min(n-1, 62); b.Base <= b.Max>>doublings {
		d = b.Base << doublings
	}
	return time.Duration(float64(d) * (b.Floor + (1-b.Floor)*random))
}

// Wait sleeps for the delay after attempt n and reports whether it was whole: false means that ctx has ended.
func (b Backoff) Wait(ctx context.Context, n int) bool {
	return Sleep(ctx, b.Delay(n, rand.Float64()))
}

// Sleep waits for d and reports whether it was whole: false means that ctx has ended.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
