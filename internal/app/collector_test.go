package app

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPercentFor(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 400, 1 << 20: 400, 12 << 20: 400, 24 << 20: 200, 48 << 20: 100, 96 << 20: 50, 1 << 40: 50} {
		require.Equal(t, want, percentFor(live, time.Second), live)
		require.Equal(t, idleSpare, percentFor(live, 2*time.Minute), "idle")
	}
}

// Not parallel: the percentage is the process's.
func TestCollectorIsTuned(t *testing.T) {
	t.Setenv("GOGC", "")
	percent := func() int {
		p := debug.SetGCPercent(-1)
		debug.SetGCPercent(p)
		return p
	}
	before := percent()
	stop := tuneCollector()
	require.Equal(t, mostSpare, percent())
	held := make([]byte, 192<<20)
	require.Eventually(t, func() bool { runtime.GC(); return percent() == leastSpare }, 10*time.Second, time.Millisecond)
	runtime.KeepAlive(held)
	stop()
	require.Equal(t, before, percent())
}
