package realtime_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNoLeak measures the memory that ended connections leave behind, half of them
// refused, over both transports: at most a tenth of the 20 KB each that leak without
// the repair in socketio/library.go. It runs alone, because it measures the process.
func TestNoLeak(t *testing.T) {
	const count, perConnection = 300, 2 << 10
	f := newFixture(t, unlimited)
	token := f.token("owner@a")
	storm := func() {
		for _, transports := range [][]string{{"websocket"}, {"polling"}, {"polling", "websocket"}} {
			refused := f.node.Storm(f.url, map[string]any{"transports": transports}, token, count/3, 10, true)
			require.Equal(t, count/6, refused)
		}
	}
	storm() // pools and buffers get their size
	heap, goroutines := settled(t, 0, 0)
	storm()
	settled(t, heap+count*perConnection, goroutines+10)
}

// settled returns the live heap and the goroutines once they are at most the given
// ones; with a heap of 0, once the heap is steady.
func settled(t *testing.T, heapMost uint64, goroutinesMost int) (heap uint64, goroutines int) {
	t.Helper()
	measure := func() {
		for range 3 { // finalizers need a collection of their own
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap, goroutines = m.HeapAlloc, runtime.NumGoroutine()
	}
	if heapMost == 0 {
		last := uint64(1 << 62)
		require.Eventually(t, func() bool {
			measure()
			steady := heap+50_000 > last
			last = heap
			return steady
		}, 40*time.Second, 300*time.Millisecond)
		return heap, goroutines
	}
	ok := func() bool { measure(); return heap <= heapMost && goroutines <= goroutinesMost }
	for deadline := time.Now().Add(40 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("heap %d of at most %d bytes, %d of at most %d goroutines", heap, heapMost, goroutines, goroutinesMost)
		}
		wait := time.NewTimer(300 * time.Millisecond)
		<-wait.C
	}
	return heap, goroutines
}
