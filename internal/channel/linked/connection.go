package linked

import (
	"context"
	"time"

	"recado/internal/channel"
)

// The deadlines of the phases.
const (
	loginWait   = time.Minute      // from connecting to logged in, or to the first QR
	passkeyWait = 5 * time.Minute  // for the shop to confirm on its phone
	offlineWait = 30 * time.Second // for the server to report the end of the offline queue
)

// connection is the state machine of one connection. whatsmeow's goroutines only
// send signals; everything else belongs to the supervisor. deadline is the current
// phase's, handled by onDeadline.
type connection struct {
	s        *session
	failures *failures
	signals  chan signal
	ended    chan struct{} // closed when no signal is received any more
	phase    phase
	deadline *time.Timer
	codes    []string       // QR codes not shown yet
	refused  channel.Reason // why we refused the pairing
}

type phase int

const (
	loggingIn phase = iota // waiting for login or for the first codes
	scanning               // showing codes
	linking                // scanned: waiting for 515
	passkey                // waiting for the shop's phone
	syncing                // logged in, receiving the offline queue
	settling               // the queue is drained
	stable                 // counts of failures are reset
)

// signal sends sig to the supervisor, unless the connection has ended. It must not
// block beyond that: whatsmeow calls it under the lock of its event handlers, which
// the next connection needs.
func (c *connection) signal(sig signal) {
	select {
	case c.signals <- sig:
	case <-c.ended:
	}
}

// onSignal applies a signal; ended says that the connection has ended, with end.
func (c *connection) onSignal(ctx context.Context, sig signal) (end ending, ended bool) {
	switch sig.kind { //exhaustive:enforce
	case sigQR:
		c.codes = sig.codes
		return c.showNextCode(ctx)
	case sigPaired:
		c.enter(linking, loginWait)
		c.s.sink.Notify(ctx, channel.Waiting{Reason: channel.Linking})
	case sigPasskey:
		c.enter(passkey, passkeyWait)
		c.s.sink.Notify(ctx, channel.Waiting{Reason: channel.PasskeyRequired})
	case sigRefused:
		c.refused = sig.reason
	case sigPairFailed:
		if c.refused == "" {
			c.refused = channel.PairingFailed
		}
		return ending{kind: endFail, reason: c.refused}, true
	case sigConnected:
		c.onConnected(ctx)
	case sigRestart:
		return ending{kind: endRestart}, true
	case sigLost:
		return c.onLost(), true
	case sigLoggedOut:
		kind := endStop
		if sig.reason == channel.Banned {
			kind = endFail
		}
		return ending{kind: kind, reason: sig.reason, unlinked: true}, true
	case sigReplaced:
		return ending{kind: endReplaced, reason: channel.Replaced}, true
	case sigOutdated:
		return ending{kind: endFail, reason: channel.Outdated}, true
	case sigBanned:
		return ending{kind: endPause, reason: channel.TemporaryBan, delay: sig.delay}, true
	case sigNotDurable:
		return ending{kind: endStore, reason: channel.StoreFailed}, true
	}
	return ending{}, false
}

// onLost returns the ending of a connection that WhatsApp or the network closed.
// WhatsApp closes it when the codes run out, too.
func (c *connection) onLost() ending {
	if c.refused != "" { // WhatsApp closed it before the failed pairing was reported
		return ending{kind: endFail, reason: c.refused}
	}
	switch c.phase {
	case scanning:
		if len(c.codes) == 0 {
			return ending{kind: endStop, reason: channel.QRExpired}
		}
	case linking: // WhatsApp closes it after 515, which may not have been reported yet
		return ending{kind: endRestart}
	case passkey:
		return ending{kind: endFail, reason: channel.PasskeyRequired}
	}
	return ending{kind: endLost, reason: channel.Unreachable}
}

func (c *connection) enter(p phase, d time.Duration) {
	c.phase = p
	c.deadline.Reset(d)
}

// showNextCode shows the next QR; after the last one the channel stops.
func (c *connection) showNextCode(ctx context.Context) (ending, bool) {
	if len(c.codes) == 0 {
		return ending{kind: endStop, reason: channel.QRExpired}, true
	}
	show := c.s.o.QRNext
	if c.phase != scanning {
		show = c.s.o.QRFirst
		c.s.setPairableUntil(time.Now().Add(show + time.Duration(len(c.codes)-1)*c.s.o.QRNext))
	}
	code := c.codes[0]
	c.codes = c.codes[1:]
	c.enter(scanning, show)
	c.s.sink.Notify(ctx, channel.QR{Code: code, ExpiresAt: time.Now().Add(show)})
	return ending{}, false
}

func (c *connection) onConnected(ctx context.Context) {
	c.failures.restarts, c.failures.store = 0, 0
	c.enter(syncing, offlineWait)
	client, _ := c.s.current()
	c.s.sink.Notify(ctx, channel.Ready{Number: client.Store.GetJID().User, Name: client.Store.PushName})
}

// onDeadline ends the phase at its deadline; ended as in onSignal.
func (c *connection) onDeadline(ctx context.Context) (end ending, ended bool) {
	switch c.phase {
	case scanning:
		return c.showNextCode(ctx)
	case passkey:
		return ending{kind: endFail, reason: channel.PasskeyRequired}, true
	case syncing:
		c.s.offline.Store(false)
		c.enter(settling, max(c.s.o.Reconnect.Stable-offlineWait, 0))
		return ending{}, false
	case settling:
		c.phase = stable
		c.failures.lost = 0
		return ending{}, false
	case stable:
		return ending{}, false
	}
	return ending{kind: endLost, reason: channel.Unreachable}, true
}
