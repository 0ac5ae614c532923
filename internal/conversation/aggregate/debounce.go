package aggregate

import (
	"time"

	"recado/internal/message"
)

// Wait is how long an input waits for more of it. A process restart forgets
// when messages arrived; Newest then stands in.
type Wait struct {
	Quiet   time.Duration // without a further message; 0: the input is complete
	Offline bool          // some of it waited at the server: the shop's whole queue there counts
	Newest  time.Time     // when its last message was sent, by WhatsApp's clock
}

// Upper bounds of a wait, however much goes on arriving.
const (
	maxWait        = 20 * time.Second
	maxOfflineWait = 30 * time.Second
)

// waitFor is the wait of the first n messages: none when another item has
// arrived behind them, or when they are as many as one input may have.
func waitFor(ms []*message.In, n int, quiet time.Duration, l Limits) Wait {
	if n < len(ms) || n >= maxJoined {
		return Wait{}
	}
	w := Wait{Quiet: quiet}
	for _, m := range ms[:n] {
		w.Offline = w.Offline || m.Offline
		if m.At.After(w.Newest) {
			w.Newest = m.At
		}
	}
	if w.Offline {
		w.Quiet = max(w.Quiet, l.Offline)
	}
	return w
}

// Arrivals is when this process saw messages arrive.
type Arrivals struct {
	WaitBegan time.Time // when the conversation's input began to wait; zero when it does not yet
	Last      time.Time // the conversation's last message; zero when it arrived before this process started
	CaughtUp  time.Time // when the channel came up, or the shop's last offline message
	Connected bool      // the channel is up
}

// Remaining returns how much of w is left at now; not positive when it is over.
// The rest of an input that this process has not seen arrive may still be at the
// server, so it waits for the channel and for the offline queue.
func (w Wait) Remaining(a Arrivals, offline time.Duration, now time.Time) time.Duration {
	waited := time.Duration(0)
	if !a.WaitBegan.IsZero() {
		waited = now.Sub(a.WaitBegan)
	}
	restarted := a.Last.IsZero()
	if restarted && !a.Connected {
		return maxOfflineWait - waited
	}
	last, most := a.Last, maxWait
	if restarted {
		last = w.Newest
	}
	left := min(w.Quiet, w.Quiet-now.Sub(last))
	if w.Offline || restarted {
		most, left = maxOfflineWait, max(left, offline-now.Sub(a.CaughtUp))
	}
	return min(left, most-waited)
}
