package app

import (
	"os"
	"runtime"
	"runtime/debug"
	gauges "runtime/metrics"
	"sync/atomic"
	"time"
)

// spare is the garbage that may lie about before the collector runs, in bytes.
// Go's own rule, as much garbage as there is data, has a shop with 10 MB collect
// thirty times a second under load, and lets one with a thousand sessions keep
// a third of its memory for nothing.
const spare = 48 << 20

// Bounds of GOGC, in percent of the live data; idleSpare is for a program that
// does so little that only the clock, every two minutes, has it collect. What
// is spare beyond that goes back to the machine.
const (
	leastSpare = 50
	mostSpare  = 400
	idleSpare  = 15
	idleAfter  = 100 * time.Second
)

// tuneCollector keeps the collector's percentage fit for the live data, looking
// after every collection, until the returned function is called. Who has set
// GOGC knows better.
func tuneCollector() (stop func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	t := &tuner{last: time.Now()}
	before := debug.SetGCPercent(mostSpare)
	t.percent = mostSpare
	t.watch()
	return func() {
		t.stopped.Store(true)
		debug.SetGCPercent(before)
	}
}

type tuner struct {
	stopped atomic.Bool
	// Of whoever cleans up, which is one at a time:
	percent int
	last    time.Time // of the collections
}

// watch has the percentage reckoned when the next collection is over: nobody
// holds what it hangs the cleanup on.
func (t *tuner) watch() {
	runtime.AddCleanup(new([16]byte), func(*tuner) {
		if !t.stopped.Load() {
			t.adjust()
			t.watch()
		}
	}, t)
}

func (t *tuner) adjust() {
	live := []gauges.Sample{{Name: "/gc/heap/live:bytes"}}
	gauges.Read(live)
	now := time.Now()
	percent := percentFor(live[0].Value.Uint64(), now.Sub(t.last))
	t.last = now
	if d := percent - t.percent; d*d*100 > t.percent*t.percent { // setting it stops the world: not for less than a tenth
		t.percent = percent
		debug.SetGCPercent(percent)
	}
}

// percentFor returns the percentage of live bytes that is spare, when the
// collections are that far apart.
func percentFor(live uint64, apart time.Duration) int {
	if apart > idleAfter {
		return idleSpare
	}
	return int(min(max(spare*100/max(live, 1), leastSpare), mostSpare))
}
