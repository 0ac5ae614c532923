package linked

import (
	"time"

	"recado/internal/channel"
	"recado/internal/retry"
)

// Reconnect says how often and how fast a lost connection is retried.
type Reconnect struct {
	Attempts int           // lost connections in a row before the channel is in error
	Delay    time.Duration // base of the jittered exponential back-off
	Max      time.Duration // its cap
	Stable   time.Duration // a connection that lived this long resets the count
}

const (
	maxRestarts   = 5               // 515 in a row before it counts as a lost connection
	maxStoreDelay = 5 * time.Second // between two checks whether our store is back
)

// replacedDelays are the pauses after another client connected with our
// credentials: an immediate reconnect would throw it out, it us, and so on.
var replacedDelays = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute}

// ending is how a connection ended.
type ending struct {
	kind     endKind
	reason   channel.Reason
	delay    time.Duration // endPause only
	unlinked bool          // WhatsApp does not know the device any more
}

type endKind int

const (
	endLost     endKind = iota // count it and retry
	endRestart                 // 515: WhatsApp asks for a new connection
	endReplaced                // another client connected with our credentials
	endPause                   // retry after delay, uncounted
	endStore                   // our store failed: open the device again
	endStop                    // give up, inactive
	endFail                    // give up, error
)

// failures counts endings in a row, from one connection to the next.
type failures struct {
	lost, restarts, replaced, store int
}

// next decides what follows an ending of a connection that lived for lived: a
// connection after a pause (retry), none (stopped), or one at once (both nil).
// random is in [0, 1).
func (r Reconnect) next(end ending, f *failures, lived time.Duration, now time.Time, random float64) (retry *channel.Retrying, stopped *channel.Stopped) {
	switch end.kind {
	case endRestart:
		if f.restarts++; f.restarts <= maxRestarts {
			return nil, nil
		}
		end.reason = channel.Unreachable
	case endReplaced:
		if lived > replacedDelays[len(replacedDelays)-1] {
			f.replaced = 0
		}
		if f.replaced == len(replacedDelays) {
			return nil, &channel.Stopped{Reason: channel.Replaced, Failed: true}
		}
		at := now.Add(replacedDelays[f.replaced])
		f.replaced++
		return &channel.Retrying{Reason: channel.Replaced, Attempt: f.replaced, Max: len(replacedDelays), At: at}, nil
	case endPause:
		return &channel.Retrying{Reason: end.reason, At: now.Add(end.delay)}, nil
	case endStore: // without a limit: our own store comes back
		f.store++
		return &channel.Retrying{Reason: end.reason, Attempt: f.store, At: now.Add(min(r.backoff(f.store, random), maxStoreDelay))}, nil
	case endStop:
		return nil, &channel.Stopped{Reason: end.reason}
	case endFail:
		return nil, &channel.Stopped{Reason: end.reason, Failed: true}
	}
	if f.lost++; f.lost > r.Attempts {
		return nil, &channel.Stopped{Reason: channel.Unreachable, Failed: true}
	}
	return &channel.Retrying{Reason: end.reason, Attempt: f.lost, Max: r.Attempts, At: now.Add(r.backoff(f.lost, random))}, nil
}

// backoff is the pause before attempt n (from 1), with full jitter.
func (r Reconnect) backoff(n int, random float64) time.Duration {
	return retry.Backoff{Base: r.Delay, Max: r.Max}.Delay(n, random)
}
