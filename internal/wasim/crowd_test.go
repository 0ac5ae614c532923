package wasim_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"golang.org/x/sync/errgroup"
)

// A thousand devices live in one process, each gets its message, and none costs
// more than it may.
func TestCrowd(t *testing.T) {
	sim := wasimtest.Start(t, wasim.Options{})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	before := inUse()
	start := time.Now()
	clients := make([]*light, crowd)
	var g errgroup.Group
	g.SetLimit(8)
	for i := range clients {
		sim.Phone(numbered(i), wasim.PhoneSettings{Name: "Shop"})
		clients[i] = newLight(sim)
		g.Go(func() error { return clients[i].link(ctx, numbered(i)) })
	}
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	linked := time.Since(start)
	for i := range clients {
		ana.Say(numbered(i), "hello everybody")
	}
	until(t, "every client to get its greeting and its message", func() bool {
		for _, c := range clients {
			if c.messages() < 3 {
				return false
			}
		}
		return len(sim.Stats().Unacked) == 0
	})
	each := (inUse() - before) / crowd
	t.Logf("%d devices linked in %s, %d KiB each", crowd, linked.Round(time.Millisecond), each>>10)
	if st := sim.Stats(); st.Connections != crowd || st.Devices != crowd {
		t.Errorf("stats %+v", st)
	}
	if each > maxPerDevice {
		t.Errorf("%d bytes a device, at most %d are allowed", each, maxPerDevice)
	}
	sim.AssertKnown()
}

// inUse is the memory of heap and stacks after a collection.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
