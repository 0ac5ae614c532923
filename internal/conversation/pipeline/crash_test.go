package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/pipeline"
	"recado/internal/message"
)

// TestCrashAtEveryPoint kills the process at each labelled point of the unit of
// work. WhatsApp delivers unacknowledged messages again, and sometimes acknowledged ones.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point  string
		copies int // how often the answer reaches the phone, as one bubble
	}{
		{pipeline.CrashAppended, 1},
		{pipeline.CrashComputed, 1},
		{pipeline.CrashCommitted, 1},
		{pipeline.CrashRelayed, 1},
		{pipeline.CrashSending, 1},
		{pipeline.CrashSent, 2},
		{pipeline.CrashSettled, 1},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, tacos)
			w.publish(tacos, echo)
			var struck atomic.Bool
			w.crash = func(point string) error {
				if point != c.point || struck.Swap(true) {
					return nil
				}
				w.store.dead.Store(true)
				w.phones.hangUp()
				return errKilled
			}
			err := w.write(tacos, peer(1), "M1", "one")
			require.Equal(t, c.point == pipeline.CrashAppended, err != nil)
			w.until(struck.Load, func() string { return "never came to this point" })
			w.kill()
			w.boot()
			w.mustWrite(peer(1), "M1", "one")
			w.mustWrite(peer(1), "M2", "two")
			want := []string{"in received one", "in received two", "out sent echo one", "out sent echo two"}
			w.until(func() bool { return slices.Equal(slices.Sorted(slices.Values(w.history(tacos, peer(1)))), want) }, func() string {
				return fmt.Sprint(w.history(tacos, peer(1)))
			})
			require.Equal(t, []string{"echo one", "echo two"}, w.phones.screen(peer(1)))
			require.Equal(t, c.copies, w.phones.copies[w.phones.bubbles[peer(1)][0].ID])
		})
	}
}

// TestKilledAtRandom has ten customers write twelve messages each while the
// process is killed again and again. Nothing is lost, doubled or out of order.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			const customers, each = 10, 12
			w := newWorld(t, nil, tacos)
			w.publish(tacos, echo)
			dice := rand.New(rand.NewPCG(seed, 7))
			var next [customers]int
			for left := customers * each; left > 0; {
				p := dice.IntN(customers)
				if next[p] == each {
					continue
				}
				if dice.IntN(12) == 0 {
					w.kill()
					w.boot()
				}
				s := fmt.Sprint(p, "-", next[p])
				w.mustWrite(peer(p), "M"+s, s)
				if dice.IntN(5) == 0 { // delivered twice
					w.mustWrite(peer(p), "M"+s, s)
				}
				next[p]++
				left--
			}
			for p := range customers {
				var want []string
				for i := range each {
					want = append(want, fmt.Sprint("echo ", p, "-", i))
				}
				w.sees(peer(p), want...)
			}
			w.until(func() bool { return !unsettled(w) }, func() string { return "something is still queued" })
		})
	}
}

// unsettled reports whether any message waits in any conversation.
func unsettled(w *world) bool {
	list, _, err := w.service.Conversations(w.t.Context(), tacos, "", 100)
	require.NoError(w.t, err)
	for _, l := range list {
		all, _, err := w.service.Messages(w.t.Context(), tacos, l.Conversation.ID, "", 100)
		require.NoError(w.t, err)
		for _, m := range all {
			if m.Status == message.Queued {
				return true
			}
		}
	}
	return false
}
