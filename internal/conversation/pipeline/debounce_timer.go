package pipeline

import (
	"time"

	"recado/internal/conversation/aggregate"
	"recado/internal/message"
)

// debounceState is an input that waits for more of it.
type debounceState struct {
	timer   *time.Timer // runs while the wait does
	elapsed bool        // it is over
	began   time.Time   // zero when nothing waits
	last    time.Time   // when the last message arrived; zero when before this process
}

// stop ends the timer and not the wait: the next step computes what is left.
func (d *debounceState) stop() {
	stopTimer(d.timer)
	d.timer = nil
}

// noteArrival records that a message arrived: the input that waits goes on
// waiting. The caller holds owners.mu.
func (sh *ownedShop) noteArrival(c *activeConversation, offline bool, now time.Time) {
	c.debounce.last, c.debounce.elapsed = now, false
	if offline {
		sh.caughtUp = now
	}
}

// onChannelUp re-evaluates conversations that were waiting for the channel;
// offline messages start arriving now. The caller holds owners.mu.
func (r *runner) onChannelUp(sh *ownedShop) {
	sh.caughtUp = r.o.Now()
	for _, c := range sh.active {
		if c.debounce.timer != nil && c.debounce.last.IsZero() {
			c.step.pending = true
			r.enqueue(sh, c)
		}
	}
}

// remainingWait returns how much of w is left.
func (r *runner) remainingWait(sh *ownedShop, c *activeConversation, w aggregate.Wait, channel message.ChannelType) time.Duration {
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	if c.debounce.elapsed {
		return 0
	}
	seen := aggregate.Arrivals{WaitBegan: c.debounce.began, Last: c.debounce.last, CaughtUp: sh.caughtUp, Connected: sh.up[channel]}
	return w.Remaining(seen, r.o.Offline, r.o.Now())
}

// startDebounce steps a conversation when its wait is over, unless something
// arrives before.
func (r *runner) startDebounce(sh *ownedShop, c *activeConversation, wait time.Duration) {
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	if sh.closed || c.step.pending {
		return
	}
	if c.debounce.began.IsZero() {
		c.debounce.began = r.o.Now()
	}
	c.debounce.timer = time.AfterFunc(wait, func() {
		r.owners.mu.Lock()
		defer r.owners.mu.Unlock()
		c.debounce.timer, c.debounce.elapsed, c.step.pending = nil, true, true
		r.enqueue(sh, c)
	})
}

// clearWait says that the input that waited is committed.
func (r *runner) clearWait(c *activeConversation) {
	r.owners.mu.Lock()
	defer r.owners.mu.Unlock()
	c.debounce.began, c.debounce.elapsed = time.Time{}, false
}
